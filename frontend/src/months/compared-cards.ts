/** This month and this year, beside the last ones. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import type { Measure } from "../charts/bar-geometry.ts";
import { controls, figure } from "../controls.ts";
import { define } from "../element.ts";
import { formatDay, formatEnergy, formatMoney, formatShare } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import type { Bucket, Usage } from "../ledger.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import { costFigure, countFigure, energyFigure, solarShare } from "../totals.ts";
import { changeOf, type Compared } from "./comparison.ts";

class ComparedCards extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    usage: { attribute: false },
    measure: { attribute: false },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare usage: Usage;
  declare measure: Measure;

  protected override render(): TemplateResult {
    const { usage } = this;
    return html`${this.renderOne(usage, "month")} ${this.renderOne(usage, "year")}`;
  }

  private renderOne(usage: Usage, of: "month" | "year"): TemplateResult {
    const { hass, say } = this;
    const now = usage.compared[of === "month" ? "this_month" : "this_year"];
    const before = usage.compared[of === "month" ? "last_month" : "last_year"];
    const byNow = usage.compared[of === "month" ? "last_month_by_now" : "last_year_by_now"];
    const format = { month: "long", year: "numeric" } as const;
    const name = (bucket: Bucket): string =>
      formatDay(hass, bucket.first, of === "month" ? format : { year: "numeric" });
    const what: Compared = this.measure === "cost" ? "cost" : "energy";
    const change = changeOf(now, byNow, what);
    return html`<section class="card" aria-labelledby=${of}>
      <h2 id=${of}>${name(now)} <small>${say("usage.so_far")}</small></h2>
      <dl>
        ${energyFigure(hass, say, now)} ${costFigure(hass, say, now, usage.currency)}
        ${figure(say("sources.solar"), solarShare(hass, now, usage))} ${countFigure(hass, say, now)}
      </dl>
      <p class="before">
        ${change === undefined
          ? nothing
          : html`<b
                >${say(change >= 0 ? "usage.more" : "usage.less", {
                  what: say(`sessions.${what}`),
                  part: formatShare(hass, Math.abs(change)),
                  day: formatDay(hass, byNow.last),
                })}</b
              > `}
        <span class="quiet"
          >${say("usage.before", {
            period: name(before),
            energy: formatEnergy(hass, before.energy),
          })}${before.cost === null
            ? nothing
            : ` · ${formatMoney(hass, before.cost, usage.currency)}`}</span
        >
      </p>
    </section>`;
  }

  static override styles = [
    shared,
    controls,
    css`
      :host {
        display: grid;
        gap: 16px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr));
      }
      h2 {
        margin-bottom: 12px;
        font-size: var(--ha-font-size-l, 16px);
      }
      h2 small {
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
        font-weight: 400;
      }
      dd {
        line-height: 32px;
      }
      dd small {
        line-height: 1.4;
      }
      dl > div:first-child dd {
        font-size: 24px;
      }
      .before {
        margin: 12px 0 0;
      }
      .before b {
        display: block;
        font-weight: 500;
      }
      @media (max-width: 700px) {
        .card {
          padding: 16px;
        }
        dl {
          display: grid;
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ];
}

define("smart-charge-point-compared", ComparedCards);
