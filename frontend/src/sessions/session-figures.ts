/** All figures of a session, one below the other. */

import { css, html, LitElement, type TemplateResult } from "lit";

import { controls, figure } from "../controls.ts";
import { isolated } from "../direction.ts";
import { define } from "../element.ts";
import {
  formatDate,
  formatDuration,
  formatEnergy,
  formatNumber,
  formatPower,
  formatPrice,
  formatShare,
  formatTime,
} from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { isThere, type WholeSession } from "../ledger.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";

class SessionFigures extends LitElement {
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
    const part = (source: "solar" | "battery" | "grid"): string | undefined => {
      const energy = session[source];
      return energy === null ||
        session.sourced <= 0 ||
        (source !== "grid" && !isThere(source, session, energy))
        ? undefined
        : `${formatShare(hass, energy / session.sourced)} · ${formatEnergy(hass, energy)}`;
    };
    const moment = (at: string | null): string | undefined =>
      at === null
        ? undefined
        : `${formatDate(hass, new Date(at))} ${formatTime(hass, new Date(at))}`;
    const register = (energy: number | null): string | undefined =>
      energy === null
        ? undefined
        : isolated(
            `${formatNumber(hass, energy / 1000, { minimumFractionDigits: 3, maximumFractionDigits: 3 })} kWh`,
          );
    return html`<section class="card" aria-labelledby="figures">
      <h3 id="figures">${say("session.figures")}</h3>
      <dl class="list">
        ${figure(say("session.plugged_in"), moment(session.connected_at))}
        ${figure(say("session.began"), moment(session.started_at))}
        ${figure(say("session.ended"), moment(session.stopped_at))}
        ${figure(say("session.unplugged"), moment(session.disconnected_at))}
        ${figure(
          say("session.connected_time"),
          session.connected_time === null ? undefined : this.lasting(session.connected_time),
        )}
        ${figure(
          say("session.why_ended"),
          session.stop_reason === null ? undefined : isolated(session.stop_text ?? say("unknown")),
        )}
        ${figure(say("session.mean_power"), this.power(session.mean_power))}
        ${figure(
          say("session.mean_price"),
          session.cost === null || !session.cost_complete || session.energy <= 0
            ? undefined
            : say("per_kwh", {
                price: formatPrice(hass, session.cost / (session.energy / 1000), session.currency),
              }),
        )}
        ${figure(say("sources.solar"), part("solar"))}
        ${figure(say("sources.battery"), part("battery"))}
        ${figure(say("sources.grid"), part("grid"))}
        ${figure(
          say("session.co2"),
          session.co2 === null
            ? undefined
            : isolated(`${formatNumber(hass, session.co2 / 1000, { maximumFractionDigits: 2 })} kg`),
        )}
        ${figure(
          say("session.exported"),
          session.exported === null || session.exported <= 0
            ? undefined
            : formatEnergy(hass, session.exported),
        )}
        ${figure(
          say("session.odometer"),
          session.odometer === null
            ? undefined
            : isolated(`${formatNumber(hass, session.odometer, { maximumFractionDigits: 0 })} km`),
        )}
        ${figure(say("session.meter_start"), register(session.meter_start))}
        ${figure(say("session.meter_stop"), register(session.meter_stop))}
        ${figure(say("session.number"), String(session.id))}
      </dl>
    </section>`;
  }

  private lasting(seconds: number): string {
    return formatDuration(this.hass, this.say, seconds * 1000);
  }

  private power(watts: number | null): string | undefined {
    return watts === null ? undefined : formatPower(this.hass, watts);
  }

  static override styles = [
    shared,
    controls,
    css`
      .list {
        display: grid;
        gap: 0;
      }
      .list > div {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 4px 16px;
        padding: 8px 0;
        border-bottom: 1px solid var(--divider-color);
      }
      .list > div:last-child {
        border-bottom: 0;
      }
      .list dt,
      .list dd {
        font-size: var(--ha-font-size-m, 14px);
      }
      .list dd {
        margin: 0;
      }
    `,
  ];
}

define("smart-charge-point-session-figures", SessionFigures);
