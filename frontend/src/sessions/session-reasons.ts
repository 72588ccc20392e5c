/** What delayed or limited a session over time. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { controls } from "../controls.ts";
import { isolated } from "../direction.ts";
import { define } from "../element.ts";
import { formatNumber, formatPower, formatTime } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import type { WholeSession } from "../ledger.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";

class SessionReasons extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    session: { attribute: false },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare session: WholeSession;

  protected override render(): TemplateResult {
    const { hass, say, session } = this;
    return html`<section class="card" aria-labelledby="reasons">
      <h3 id="reasons">${say("session.reasons")}</h3>
      ${session.reasons.length === 0
        ? html`<p class="quiet">${say("session.no_reasons")}</p>`
        : html`<ol class="reasons">
            ${session.reasons.map(
              (span) => html`<li>
                <span class="when"
                  >${formatTime(hass, new Date(span.since))}–${formatTime(
                    hass,
                    new Date(span.until),
                  )}</span
                >
                <span
                  >${isolated(span.text)}${span.limit === null || span.limit <= 0
                    ? nothing
                    : html`<small>
                        ${say("session.limit", {
                          limit: formatNumber(hass, span.limit, { maximumFractionDigits: 1 }),
                        })}${span.power === null ? nothing : ` (${formatPower(hass, span.power)})`}
                      </small>`}</span
                >
              </li>`,
            )}
          </ol>`}
    </section>`;
  }

  static override styles = [
    shared,
    controls,
    css`
      .reasons {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .reasons li {
        display: grid;
        grid-template-columns: 136px 1fr;
        gap: 12px;
        padding: 8px 0;
        border-bottom: 1px solid var(--divider-color);
      }
      .reasons li:last-child {
        border-bottom: 0;
      }
      .reasons .when {
        color: var(--secondary-text-color);
        font-variant-numeric: tabular-nums;
      }
      .reasons small {
        display: block;
        color: var(--secondary-text-color);
      }
    `,
  ];
}

define("smart-charge-point-session-reasons", SessionReasons);
