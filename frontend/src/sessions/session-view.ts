/** One session: its curve above all else that is known of it. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { controls, figure } from "../controls.ts";
import "../charts/power-chart.ts";
import { define } from "../element.ts";
import {
  formatDate,
  formatDuration,
  formatEnergy,
  formatLongDate,
  formatMoney,
  formatPower,
  formatTime,
} from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { ask, type Choice, type WholeSession } from "../ledger.ts";
import type { Overview } from "../overview.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";
import { doubtsOf } from "./doubts.ts";
import { placeOf } from "./place.ts";
import { asNow, toneOf } from "./running.ts";
import "./session-figures.ts";
import "./session-reasons.ts";
import "./session-slots.ts";
import "./session-whose.ts";

/** How often a session that runs is asked for anew while it is looked at, in ms. */
const RENEW = 60_000;

/** Fires `back` to return to the list, and `changed` once that is out of date. */
class SessionView extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    overview: { attribute: false },
    clockAhead: { attribute: false },
    number: { attribute: false },
    persons: { attribute: false },
    vehicles: { attribute: false },
    session: { state: true },
    problem: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare overview: Overview;
  /** ms by which the home's clock is ahead of this browser's. */
  declare clockAhead: number;
  declare number: number;
  declare persons: readonly Choice[];
  declare vehicles: readonly Choice[];
  private declare session: WholeSession | undefined;
  private declare problem: string | undefined;
  private declare asked: string | undefined;
  private renewing: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.renewing = window.setInterval(() => {
      if (document.visibilityState === "visible" && this.session?.stopped_at === null) {
        void this.load(this.asked);
      }
    }, RENEW);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.renewing);
  }

  protected override willUpdate(): void {
    const about = `${this.number}/${this.hass.language}`;
    if (about !== this.asked) {
      this.asked = about;
      this.session = undefined;
      void this.open(about);
    }
  }

  private async open(about: string): Promise<void> {
    await this.load(about);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }

  private async load(about: string | undefined): Promise<void> {
    const { hass, say } = this;
    try {
      const session = await ask<WholeSession>(hass, "session", {
        session: this.number,
        language: hass.language,
      });
      if (about === this.asked) {
        this.session = session;
        this.problem = undefined;
      }
    } catch (error) {
      if (about === this.asked) {
        this.problem = sayError(hass, say, error);
      }
    }
  }

  protected override render(): TemplateResult {
    const { say, session } = this;
    return html`
      <button class="back" @click=${this.back}>
        <ha-icon class="turning" icon="mdi:arrow-left"></ha-icon>${say("session.back")}
      </button>
      ${this.problem !== undefined
        ? html`<p class="notice" role="alert">${this.problem}</p>`
        : session === undefined
          ? html`<p class="quiet" role="status">${say("loading")}</p>`
          : this.renderSession(asNow(session, this.overview, Date.now() + this.clockAhead))}
    `;
  }

  private renderSession(session: WholeSession): TemplateResult {
    const { hass, say } = this;
    const started = new Date(session.started_at);
    const doubts = doubtsOf(say, session);
    return html`
      <div class="head">
        <h2 tabindex="-1">${formatLongDate(hass, started)}</h2>
        <p class="quiet">
          ${formatTime(hass, started)}${session.stopped_at === null
            ? ` · ${say(`sessions.states.${toneOf(this.overview, session)}`)}`
            : `–${this.until(started, new Date(session.stopped_at))}`}
          · ${placeOf(say, this.overview, session)}
        </p>
      </div>
      <section class="card" aria-labelledby="curve">
        <dl class="first">
          ${figure(say("sessions.energy"), formatEnergy(hass, session.energy))}
          ${figure(
            say("sessions.cost"),
            session.cost === null
              ? say("unknown")
              : formatMoney(hass, session.cost, session.currency),
            session.cost !== null && !session.cost_complete ? say("in_part") : nothing,
          )}
          ${figure(say("session.flow_time"), this.lasting(session.flow_time))}
          ${figure(
            say("session.peak_power"),
            session.peak_power === null ? undefined : formatPower(hass, session.peak_power),
          )}
        </dl>
        <h3 id="curve" class="hidden">${say("session.curve")}</h3>
        ${session.samples.length === 0
          ? html`<p class="quiet">${say("session.no_curve")}</p>`
          : html`<smart-charge-point-power-chart
              .hass=${hass}
              .say=${say}
              .session=${this.session}
            ></smart-charge-point-power-chart>`}
        ${doubts.length === 0
          ? nothing
          : html`<ul class="doubts">
              ${doubts.map((doubt) => html`<li>${doubt}</li>`)}
            </ul>`}
      </section>
      <div class="columns">
        <smart-charge-point-session-figures
          .hass=${hass}
          .say=${say}
          .session=${session}
        ></smart-charge-point-session-figures>
        <div class="stack">
          <smart-charge-point-session-reasons
            .hass=${hass}
            .say=${say}
            .session=${session}
          ></smart-charge-point-session-reasons>
          <smart-charge-point-session-whose
            .hass=${hass}
            .say=${say}
            .session=${session}
            .persons=${this.persons}
            .vehicles=${this.vehicles}
            @corrected=${this.corrected}
          ></smart-charge-point-session-whose>
        </div>
      </div>
      ${session.slots.length === 0
        ? nothing
        : html`<smart-charge-point-session-slots
            .hass=${hass}
            .say=${say}
            .session=${session}
          ></smart-charge-point-session-slots>`}
    `;
  }

  private until(started: Date, stopped: Date): string {
    const { hass } = this;
    const time = formatTime(hass, stopped);
    return formatDate(hass, started) === formatDate(hass, stopped)
      ? time
      : `${time} (${formatDate(hass, stopped)})`;
  }

  private lasting(seconds: number): string {
    return formatDuration(this.hass, this.say, seconds * 1000);
  }

  private corrected({ detail }: CustomEvent<WholeSession>): void {
    if (detail.id === this.number) {
      this.session = detail;
    }
    this.dispatchEvent(new CustomEvent("changed"));
  }

  private back(): void {
    this.dispatchEvent(new CustomEvent("back"));
  }

  static override styles = [
    shared,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
      }
      .back {
        justify-self: start;
        background: none;
        padding-inline: 8px 16px;
      }
      .head p {
        margin: 4px 0 0;
      }
      h2:focus-visible {
        outline: none;
      }
      .columns {
        display: grid;
        gap: 16px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
        align-items: start;
      }
      .stack {
        display: grid;
        gap: 16px;
      }
      .first {
        margin-bottom: 24px;
      }
      .first dd {
        font-size: 24px;
      }
      .doubts {
        margin: 16px 0 0;
        padding: 12px 16px 12px 32px;
        border-radius: 8px;
        background: color-mix(in srgb, var(--warning-color) 14%, transparent);
      }
    `,
  ];
}

define("smart-charge-point-session", SessionView);
