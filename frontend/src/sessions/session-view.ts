/** One session: its curve, what held it back, all figures, its half hours, and whose it is. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { choose, controls, figure } from "../controls.ts";
import "../charts/power-chart.ts";
import { define } from "../element.ts";
import {
  formatDate,
  formatDuration,
  formatEnergy,
  formatLongDate,
  formatMoney,
  formatNumber,
  formatPower,
  formatPrice,
  formatShare,
  formatTime,
} from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { ask, type Choice, type Named, type WholeSession } from "../ledger.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";
import { doubtsOf } from "./doubts.ts";

type Field = "person" | "vehicle";

const noneOf = (say: Say, field: Field): string =>
  field === "person" ? say("nobody") : say("no_vehicle");

const nameOf = (say: Say, field: Field, whose: Named | null): string =>
  whose === null ? noneOf(say, field) : (whose.name ?? say("removed"));

class SessionView extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    number: { attribute: false },
    persons: { attribute: false },
    vehicles: { attribute: false },
    session: { state: true },
    problem: { state: true },
    refused: { state: true },
    saving: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare number: number;
  declare persons: readonly Choice[];
  declare vehicles: readonly Choice[];
  private declare session: WholeSession | undefined;
  private declare problem: string | undefined;
  private declare refused: string | undefined;
  private declare saving: boolean;
  private declare asked: string | undefined;

  protected override willUpdate(): void {
    const about = `${this.number}/${this.hass.language}`;
    if (about !== this.asked) {
      this.asked = about;
      this.session = undefined;
      void this.load(about);
    }
  }

  private async load(about: string): Promise<void> {
    const { hass, say } = this;
    try {
      const session = await ask<WholeSession>(hass, "session", {
        session: this.number,
        language: hass.language,
      });
      if (about === this.asked) {
        this.session = session;
        this.problem = undefined;
        await this.updateComplete;
        this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
      }
    } catch (error) {
      this.problem = sayError(hass, say, error);
    }
  }

  protected override render(): TemplateResult {
    const { say, session } = this;
    return html`
      <button class="back" @click=${this.back}>
        <ha-icon icon="mdi:arrow-left"></ha-icon>${say("session.back")}
      </button>
      ${this.problem !== undefined
        ? html`<p class="notice" role="alert">${this.problem}</p>`
        : session === undefined
          ? html`<p class="quiet" role="status">${say("loading")}</p>`
          : this.renderSession(session)}
    `;
  }

  private renderSession(session: WholeSession): TemplateResult {
    const { hass, say } = this;
    const started = new Date(session.started_at);
    const doubts = doubtsOf(say, session);
    return html`
      <header>
        <h2 tabindex="-1">${formatLongDate(hass, started)}</h2>
        <p class="quiet">
          ${formatTime(hass, started)}–${session.stopped_at === null
            ? say("sessions.running")
            : this.until(started, new Date(session.stopped_at))}
          · ${say("connector", { name: session.wallbox, number: session.connector })}
        </p>
      </header>
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
          ${figure(say("session.peak_power"), this.power(session.peak_power))}
        </dl>
        <h3 id="curve" class="hidden">${say("session.curve")}</h3>
        ${session.samples.length === 0
          ? html`<p class="quiet">${say("session.no_curve")}</p>`
          : html`<smart-charge-point-power-chart
              .hass=${hass}
              .say=${say}
              .session=${session}
            ></smart-charge-point-power-chart>`}
        ${doubts.length === 0
          ? nothing
          : html`<ul class="doubts">
              ${doubts.map((doubt) => html`<li>${doubt}</li>`)}
            </ul>`}
      </section>
      <div class="columns">
        ${this.renderFigures(session)}
        <div class="stack">${this.renderReasons(session)} ${this.renderWhose(session)}</div>
      </div>
      ${this.renderSlots(session)}
    `;
  }

  private renderFigures(session: WholeSession): TemplateResult {
    const { hass, say } = this;
    const part = (energy: number | null): string | undefined =>
      energy === null || session.sourced <= 0
        ? undefined
        : `${formatShare(hass, energy / session.sourced)} · ${formatEnergy(hass, energy)}`;
    const moment = (at: string | null): string | undefined =>
      at === null
        ? undefined
        : `${formatDate(hass, new Date(at))} ${formatTime(hass, new Date(at))}`;
    const register = (energy: number | null): string | undefined =>
      energy === null
        ? undefined
        : `${formatNumber(hass, energy / 1000, { minimumFractionDigits: 3, maximumFractionDigits: 3 })} kWh`;
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
          session.stop_reason === null ? undefined : (session.stop_text ?? say("unknown")),
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
        ${figure(say("sources.solar"), part(session.solar))}
        ${figure(say("sources.battery"), part(session.battery))}
        ${figure(say("sources.grid"), part(session.grid))}
        ${figure(
          say("session.co2"),
          session.co2 === null
            ? undefined
            : `${formatNumber(hass, session.co2 / 1000, { maximumFractionDigits: 2 })} kg`,
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
            : `${formatNumber(hass, session.odometer, { maximumFractionDigits: 0 })} km`,
        )}
        ${figure(say("session.meter_start"), register(session.meter_start))}
        ${figure(say("session.meter_stop"), register(session.meter_stop))}
        ${figure(say("session.number"), String(session.id))}
      </dl>
    </section>`;
  }

  private renderReasons(session: WholeSession): TemplateResult {
    const { hass, say } = this;
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
                  >${span.text}${span.limit === null || span.limit <= 0
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

  private renderWhose(session: WholeSession): TemplateResult {
    const { say } = this;
    const corrected = session.corrected.length > 0;
    return html`<section class="card" aria-labelledby="whose">
      <h3 id="whose">${say("session.whose")}</h3>
      ${session.may_correct
        ? html`<form class="fields" @submit=${this.correct}>
              ${this.choice("person", say("filters.person"), this.persons, session.person)}
              ${this.choice("vehicle", say("filters.vehicle"), this.vehicles, session.vehicle)}
              <button type="submit" aria-disabled=${this.saving}>${say("session.save")}</button>
              ${corrected
                ? html`<button type="button" class="second" @click=${this.takeBack}>
                    ${say("session.take_back")}
                  </button>`
                : nothing}
            </form>
            <p class="notice" role="alert" ?hidden=${this.refused === undefined}>${this.refused}</p>
            ${this.renderCorrections(session)}`
        : html`<dl>
            ${figure(say("filters.person"), nameOf(say, "person", session.person))}
            ${figure(say("filters.vehicle"), nameOf(say, "vehicle", session.vehicle))}
          </dl>
          ${corrected ? html`<p class="quiet">${say("session.was_corrected")}</p>` : nothing}`}
    </section>`;
  }

  private choice(
    name: Field,
    label: string,
    choices: readonly Choice[],
    whose: Named | null,
  ): TemplateResult {
    const all =
      whose === null || choices.some(({ id }) => id === whose.id)
        ? choices
        : [...choices, { id: whose.id, name: nameOf(this.say, name, whose) }];
    return html`<div data-field=${name}>
      ${choose(label, noneOf(this.say, name), all, whose?.id ?? "", () => undefined)}
    </div>`;
  }

  private renderCorrections(session: WholeSession): TemplateResult | typeof nothing {
    const { hass, say } = this;
    return session.corrections.length === 0
      ? nothing
      : html`<ul class="corrections quiet">
          ${session.corrections.map(
            (each) =>
              html`<li>
                ${formatDate(hass, new Date(each.at))} ${formatTime(hass, new Date(each.at))}:
                ${say(each.taken_back ? "session.taken_back" : "session.corrected", {
                  what: say(`filters.${each.field}`),
                  before: nameOf(say, each.field, each.before),
                  after: nameOf(say, each.field, each.after),
                  by: each.by ?? "Home Assistant",
                })}
              </li>`,
          )}
        </ul>`;
  }

  private renderSlots(session: WholeSession): TemplateResult | typeof nothing {
    const { hass, say } = this;
    const sourced = session.slots.some(({ solar }) => solar !== null);
    return session.slots.length === 0
      ? nothing
      : html`<section class="card">
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

  private power(watts: number | null): string | undefined {
    return watts === null ? undefined : formatPower(this.hass, watts);
  }

  private back(): void {
    this.dispatchEvent(new CustomEvent("back"));
  }

  private async correct(event: Event): Promise<void> {
    event.preventDefault();
    const { session } = this;
    if (session === undefined) {
      return;
    }
    const changes: Record<string, string | null> = {};
    for (const field of ["person", "vehicle"] as const) {
      const chosen =
        this.renderRoot.querySelector<HTMLSelectElement>(`[data-field="${field}"] select`)?.value ??
        "";
      if (chosen !== (session[field]?.id ?? "")) {
        changes[field] = chosen || null;
      }
    }
    if (Object.keys(changes).length > 0) {
      await this.change(session, changes);
    }
  }

  private async takeBack(): Promise<void> {
    const { session } = this;
    if (session !== undefined) {
      await this.change(session, { take_back: session.corrected });
    }
  }

  private async change(
    session: WholeSession,
    changes: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { hass, say } = this;
    if (this.saving) {
      return;
    }
    this.saving = true;
    try {
      this.session = await ask<WholeSession>(hass, "correct_session", {
        session: session.id,
        language: hass.language,
        ...changes,
      });
      this.refused = undefined;
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      this.refused = sayError(hass, say, error);
    } finally {
      this.saving = false;
    }
  }

  static override styles = [
    shared,
    controls,
    css`
      :host {
        display: grid;
        gap: 16px;
      }
      .back {
        justify-self: start;
        background: none;
        padding-inline: 8px 16px;
      }
      header p {
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
      .doubts {
        margin: 16px 0 0;
        padding: 12px 16px 12px 32px;
        border-radius: 8px;
        background: color-mix(in srgb, var(--warning-color) 14%, transparent);
      }
      .reasons {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .reasons li {
        display: grid;
        grid-template-columns: 110px 1fr;
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
      .corrections {
        margin: 16px 0 0;
        padding-inline-start: 20px;
      }
      .second {
        background: none;
      }
    `,
  ];
}

define("smart-charge-point-session", SessionView);
