/** Whose a session is and which vehicle it was of, as told and as corrected. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { choose, controls, figure } from "../controls.ts";
import { define } from "../element.ts";
import { formatDate, formatTime } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { ask, type Choice, type Named, type WholeSession } from "../ledger.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";

type Field = "person" | "vehicle";

const noneOf = (say: Say, field: Field): string =>
  field === "person" ? say("nobody") : say("no_vehicle");

const nameOf = (say: Say, field: Field, whose: Named | null): string =>
  whose === null ? noneOf(say, field) : (whose.name ?? say("removed"));

/** Fires `corrected` with the session as it is then. */
class SessionWhose extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    session: { attribute: false },
    persons: { attribute: false },
    vehicles: { attribute: false },
    refused: { state: true },
    saving: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare session: WholeSession;
  declare persons: readonly Choice[];
  declare vehicles: readonly Choice[];
  private declare refused: string | undefined;
  private declare saving: boolean;

  protected override render(): TemplateResult {
    const { say, session } = this;
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

  private async correct(event: Event): Promise<void> {
    event.preventDefault();
    const { session } = this;
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
    await this.change(session, { take_back: session.corrected });
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
      const corrected = await ask<WholeSession>(hass, "correct_session", {
        session: session.id,
        language: hass.language,
        ...changes,
      });
      this.refused = undefined;
      this.dispatchEvent(new CustomEvent("corrected", { detail: corrected }));
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
      .corrections {
        margin: 16px 0 0;
        padding-inline-start: 20px;
      }
      .fields > div {
        flex: 1 1 160px;
      }
      .second {
        background: none;
      }
    `,
  ];
}

define("smart-charge-point-session-whose", SessionWhose);
