/** The half hours of a session, with their prices and what came from the sun. */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import { controls } from "../controls.ts";
import { define } from "../element.ts";
import { formatEnergy, formatMoney, formatPrice, formatTime } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { isThere, type WholeSession } from "../ledger.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";

class SessionSlots extends LitElement {
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
    const sourced = session.slots.some(({ solar }) => isThere("solar", session, solar));
    return html`<section class="card">
          <details>
            <summary>${say("session.half_hours")}</summary>
            <div class="wide">
              <table class="plain">
                <thead>
                  <tr>
                    <th scope="col">${say("session.time")}</th>
                    <th scope="col">${say("sessions.energy")}</th>
                    <th scope="col">${say("session.price")}</th>
                    <th scope="col">${say("sessions.cost")}</th>
                    ${sourced ? html`<th scope="col">${say("sources.solar")}</th>` : nothing}
                  </tr>
                </thead>
                <tbody>
                  ${session.slots.map(
                    (slot) => html`<tr>
                      <td>
                        ${formatTime(hass, new Date(slot.start))}–${formatTime(
                          hass,
                          new Date(slot.end),
                        )}${slot.estimated ? html` <em>${say("estimated")}</em>` : nothing}
                      </td>
                      <td>${formatEnergy(hass, slot.energy)}</td>
                      <td>
                        ${slot.price === null
                          ? say("unknown")
                          : formatPrice(hass, slot.price, session.currency)}
                      </td>
                      <td>
                        ${slot.cost === null
                          ? say("unknown")
                          : formatMoney(hass, slot.cost, session.currency)}
                      </td>
                      ${sourced
                        ? html`<td>
                            ${slot.solar === null ? say("unknown") : formatEnergy(hass, slot.solar)}
                          </td>`
                        : nothing}
                    </tr>`,
                  )}
                </tbody>
              </table>
            </div>
          </details>
        </section>`;
  }

  static override styles = [shared, controls];
}

define("smart-charge-point-session-slots", SessionSlots);
