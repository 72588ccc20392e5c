/** One connector: what it does and why, how much flows, its day, and what can be asked of it. */

import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";

import { isolated } from "../direction.ts";
import { define } from "../element.ts";
import {
  formatCountdown,
  formatDuration,
  formatEnergy,
  formatKilowatts,
  formatMoment,
  formatMoney,
} from "../formats.ts";
import { DOMAIN, type HomeAssistant } from "../home-assistant.ts";
import type { Action, Connector } from "../overview.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";
import { lineOf } from "./geometry.ts";
import { KEPT, type Sample } from "./live-power.ts";
import "./ribbon.ts";
import { lookOf } from "./states.ts";

const ICONS: Readonly<Record<Action, string>> = {
  charge_now: "mdi:flash",
  cancel_delay: "mdi:skip-next",
  stop_charging: "mdi:stop",
};

class ConnectorCard extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    name: { attribute: false },
    currency: { attribute: false },
    connector: { attribute: false },
    samples: { attribute: false },
    now: { attribute: false },
    asking: { state: true },
    problem: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare name: string;
  declare currency: string;
  declare connector: Connector;
  declare samples: readonly Sample[];
  /** The home's time, ms. */
  declare now: number;
  private declare asking: Action | undefined;
  private declare problem: string | undefined;

  protected override render(): TemplateResult {
    const { connector, say } = this;
    const [tone, icon] = lookOf(connector.reason);
    return html`
      <article class="card ${tone}" aria-labelledby="name">
        <div class="head">
          <div class="sign"><ha-icon icon=${icon}></ha-icon></div>
          <div class="what">
            <h2 id="name">${this.name}</h2>
            <p class="sentence" aria-live="polite">${isolated(connector.sentence)}</p>
            ${this.renderCountdown()}
          </div>
        </div>
        ${this.power === null
          ? nothing
          : html`<div class="power">
              ${this.renderLine()}
              <p>
                <span class="number">${formatKilowatts(this.hass, this.power)}</span>
                <span class="unit">kW</span>
              </p>
            </div>`}
        ${this.renderFigures()}
        <smart-charge-point-ribbon
          .hass=${this.hass}
          .say=${say}
          .deviceId=${connector.device_id}
          .connector=${connector.number}
          .now=${this.now}
          .revision=${[connector.reason, connector.until, connector.delay_ends, connector.next_start].join()}
        ></smart-charge-point-ribbon>
        <div class="actions" role="group" aria-label=${say("actions.label", { name: this.name })}>
          ${this.renderActions()}
        </div>
        <p class="notice" role="alert" ?hidden=${this.problem === undefined}>${this.problem}</p>
      </article>
    `;
  }

  /** What flows now: the newest measurement of the session that runs, else what the connector is known to take. */
  private get power(): number | null {
    const { power, session } = this.connector;
    // A wallbox has no reason to measure once a session is over, and the last sample would stay.
    return power === null || session === null ? power : (this.samples.at(-1)?.power ?? power);
  }

  private renderCountdown(): TemplateResult | typeof nothing {
    const left = Date.parse(this.connector.until ?? "") - this.now;
    // The end of what goes on for days is no countdown.
    if (!(left > 0 && left < 24 * 3_600_000)) {
      return nothing;
    }
    return html`<p class="countdown" role="timer" aria-live="off">
      ${this.say("countdown", { time: formatCountdown(this.hass, this.say, left) })}
    </p>`;
  }

  /** Draw the power of the latest minutes. */
  private renderLine(): TemplateResult | typeof nothing {
    const line = lineOf(this.samples, this.now, KEPT, this.connector.maximum_power);
    const [first, last] = [line[0], line.at(-1)];
    if (first === undefined || last === undefined || line.length < 2) {
      return nothing;
    }
    const points = line.map(([x, y]) => `${(x * 1000).toFixed(1)} ${(96 - y * 90).toFixed(1)}`);
    return html`<svg class="line" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true" dir="ltr">
      ${svg`<path class="area" d="M${first[0] * 1000} 100 L${points.join(" L")} L${last[0] * 1000} 100 Z"></path>
        <path class="stroke" d="M${points.join(" L")}"></path>`}
    </svg>`;
  }

  private renderFigures(): TemplateResult | typeof nothing {
    const { connector, hass, say } = this;
    const { session } = connector;
    const figure = (key: string, value: string): TemplateResult =>
      html`<div><dt>${say(`figures.${key}`)}</dt><dd>${value}</dd></div>`;
    if (session === null) {
      const { next_start: next, last_session_energy: last } = connector;
      return next === null && last === null
        ? nothing
        : html`<dl>
            ${next === null ? nothing : figure("next_start", formatMoment(hass, new Date(next)))}
            ${last === null ? nothing : figure("last_energy", formatEnergy(hass, last))}
          </dl>`;
    }
    return html`<dl>${figure("energy", formatEnergy(hass, session.energy))}
    ${session.cost === null
      ? nothing
      : figure(
          session.cost_complete ? "cost" : "cost_so_far",
          formatMoney(hass, session.cost, this.currency),
        )}
    ${figure("time", formatDuration(hass, say, this.now - Date.parse(session.started_at)))}</dl>`;
  }

  private renderActions(): readonly TemplateResult[] {
    const { actions, plugged_in_since: pluggedIn } = this.connector;
    const shown: readonly Action[] = actions.cancel_delay.allowed
      ? ["cancel_delay", "charge_now", "stop_charging"]
      : ["charge_now", "stop_charging"];
    return shown.map((action) => {
      const { allowed, reason } = actions[action];
      const ready = allowed && this.asking === undefined;
      // Without a car the sentence has said already why there is nothing to do.
      const hint = pluggedIn === null || action === "stop_charging" ? "hidden" : "hint";
      return html`<button
          class=${action}
          aria-disabled=${!ready}
          aria-describedby=${reason === null ? nothing : `hint-${action}`}
          title=${reason ?? nothing}
          aria-busy=${this.asking === action}
          @click=${(): void => {
            if (ready) {
              void this.ask(action);
            }
          }}
        >
          <ha-icon icon=${ICONS[action]}></ha-icon>${this.say(`actions.${action}`)}
        </button>
        ${reason === null ? nothing : html`<p id="hint-${action}" class=${hint}>${isolated(reason)}</p>`}`;
    });
  }

  private async ask(action: Action): Promise<void> {
    this.asking = action;
    this.problem = undefined;
    try {
      await this.hass.callService(
        DOMAIN,
        action,
        { device_id: this.connector.device_id },
        undefined,
        false,
      );
    } catch (error) {
      this.problem = sayError(this.hass, this.say, error);
    } finally {
      this.asking = undefined;
    }
  }

  static override styles = [
    shared,
    css`
      article {
        --tone: var(--secondary-text-color);
        display: grid;
        gap: 16px 24px;
        grid-template: "head power" auto "figures figures" auto / minmax(0, 1fr) minmax(140px, 42%);
      }
      .flow {
        --tone: var(--success-color, #43a047);
      }
      .wait {
        --tone: var(--primary-color);
      }
      .pause {
        --tone: var(--warning-color);
      }
      .fault {
        --tone: var(--error-color);
      }
      .head {
        grid-area: head;
        display: flex;
        gap: 16px;
      }
      .sign {
        display: grid;
        flex: none;
        place-items: center;
        width: 48px;
        height: 48px;
        border-radius: 50%;
        background: color-mix(in srgb, var(--tone) 18%, transparent);
        color: var(--tone);
      }
      .flow .sign {
        animation: breathe 2.4s ease-in-out infinite;
      }
      @keyframes breathe {
        50% {
          background: color-mix(in srgb, var(--tone) 34%, transparent);
        }
      }
      h2 {
        margin: 0;
        font-size: var(--ha-font-size-xl, 20px);
        font-weight: 500;
        line-height: 1.2;
        overflow-wrap: anywhere;
      }
      .what p {
        margin: 4px 0 0;
      }
      .sentence {
        font-size: var(--ha-font-size-l, 16px);
      }
      .countdown {
        color: var(--secondary-text-color);
        font-variant-numeric: tabular-nums;
      }
      .power {
        grid-area: power;
        display: flex;
        gap: 12px;
        align-items: center;
        justify-content: flex-end;
        height: 72px;
      }
      .power p {
        flex: none;
        margin: 0;
        white-space: nowrap;
      }
      .number {
        font-size: 40px;
        font-variant-numeric: tabular-nums;
        font-weight: 300;
        line-height: 1;
      }
      .unit {
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-l, 16px);
      }
      .line {
        flex: 1;
        width: 0;
        height: 100%;
        border-radius: 8px;
      }
      .area {
        fill: color-mix(in srgb, var(--tone) 16%, transparent);
      }
      .stroke {
        fill: none;
        stroke: color-mix(in srgb, var(--tone) 55%, transparent);
        stroke-width: 2;
        vector-effect: non-scaling-stroke;
      }
      dl {
        grid-area: figures;
        display: flex;
        flex-wrap: wrap;
        gap: 12px 40px;
        margin: 0;
      }
      dt {
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
      }
      dd {
        margin: 0;
        font-size: var(--ha-font-size-l, 16px);
        font-variant-numeric: tabular-nums;
        font-weight: 500;
      }
      smart-charge-point-ribbon,
      .actions,
      .notice {
        grid-column: 1 / -1;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 12px;
        align-items: center;
      }
      .hint {
        flex-basis: 100%;
        order: 1;
        margin: 0;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
      }
      @media (max-width: 500px) {
        article {
          padding: 16px;
          grid-template: "head" auto "power" auto "figures" auto / minmax(0, 1fr);
        }
        .actions button {
          flex: 1 1 auto;
        }
      }
    `,
  ];
}

define("smart-charge-point-connector", ConnectorCard);
