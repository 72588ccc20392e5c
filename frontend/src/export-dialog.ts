/** The dialog that makes a file of sessions, days, months or a period, and hands it to the browser. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { choose, choosePeriod, controls, wallboxChoices } from "./controls.ts";
import { daysOf, type Days, type PeriodName } from "./days.ts";
import { dialog } from "./dialog.ts";
import { define } from "./element.ts";
import type { HomeAssistant } from "./home-assistant.ts";
import { ask, NOBODY, whoseFields, type Choice } from "./ledger.ts";
import type { Overview } from "./overview.ts";
import { shared } from "./styles.ts";
import { sayError, type Say } from "./texts.ts";

export const KINDS = ["sessions", "days", "months", "period", "mileage_claim"] as const;
const FORMATS = ["csv", "xlsx", "pdf"] as const;
/** A file needs a beginning and an end. */
const NAMES = [
  "this_month",
  "last_month",
  "this_year",
  "last_year",
  "last_12_months",
  "custom",
] as const satisfies readonly PeriodName[];

export type Kind = (typeof KINDS)[number];

export interface ExportWish {
  kind: Kind;
  days: Days;
  deviceId: string;
  person: string;
}

class ExportDialog extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    overview: { attribute: false },
    today: { attribute: false },
    persons: { attribute: false },
    kind: { state: true },
    format: { state: true },
    period: { state: true },
    custom: { state: true },
    deviceId: { state: true },
    person: { state: true },
    rate: { state: true },
    making: { state: true },
    problem: { state: true },
    made: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare overview: Overview;
  declare today: string;
  /** Empty for who sees nobody's sessions but their own. */
  declare persons: readonly Choice[];
  private declare kind: Kind;
  private declare format: (typeof FORMATS)[number];
  private declare period: PeriodName;
  private declare custom: Days;
  private declare deviceId: string;
  private declare person: string;
  private declare rate: string;
  private declare making: boolean;
  private declare problem: string | undefined;
  private declare made: string | undefined;

  constructor() {
    super();
    this.persons = [];
    this.kind = "sessions";
    this.format = "csv";
    this.period = "custom";
    this.custom = { start: null, end: null };
    this.deviceId = "";
    this.person = "";
    this.rate = "";
    this.making = false;
  }

  /** Open the dialog with what is wished for by what is looked at. */
  open(wish: ExportWish): void {
    this.kind = wish.kind;
    const named = NAMES.find((name) => {
      const days = daysOf(name, this.today, wish.days);
      return name !== "custom" && days.start === wish.days.start && days.end === wish.days.end;
    });
    const open = wish.days.start === null || wish.days.end === null;
    this.period = named ?? (open ? "last_12_months" : "custom");
    this.custom = open ? daysOf("last_12_months", this.today, wish.days) : wish.days;
    this.deviceId = wish.deviceId;
    this.person = this.claimed(wish.person);
    this.problem = undefined;
    this.made = undefined;
    this.dialog?.showModal();
  }

  /** A claim is of a person. */
  private claimed(person: string): string {
    return this.kind === "mileage_claim" && person === NOBODY ? "" : person;
  }

  private get dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  /** The persons that there can be a claim of; who sees only their own sessions is the only one. */
  private get own(): string | undefined {
    return this.persons.length === 0 ? this.overview.persons?.[0] : undefined;
  }

  protected override render(): TemplateResult {
    const { say } = this;
    const claim = this.kind === "mileage_claim";
    const kinds = KINDS.filter(
      (kind) => kind !== "mileage_claim" || this.persons.length > 0 || this.own !== undefined,
    );
    return html`<dialog aria-labelledby="title" @close=${this.closed}>
      <form method="dialog" @submit=${this.make}>
        <h2 id="title">${say("export.title")}</h2>
        <div class="fields">
          ${choose(
            say("export.what"),
            undefined,
            kinds.map((id) => ({ id, name: say(`export.kinds.${id}`) })),
            this.kind,
            (id) => {
              this.kind = id as Kind;
              this.person = this.claimed(this.person);
            },
          )}
          ${choose(
            say("export.format"),
            undefined,
            FORMATS.map((id) => ({ id, name: say(`export.formats.${id}`) })),
            this.format,
            (id) => {
              this.format = id as (typeof FORMATS)[number];
            },
          )}
          ${choosePeriod(
            say,
            this.period,
            this.custom,
            (name, custom) => {
              this.period = name;
              this.custom = custom;
            },
            NAMES,
          )}
          ${choose(
            say("filters.wallbox"),
            say("filters.all_wallboxes"),
            wallboxChoices(this.overview, say),
            this.deviceId,
            (id) => {
              this.deviceId = id;
            },
          )}
          ${this.persons.length === 0
            ? nothing
            : choose(
                say("filters.person"),
                claim ? say("export.choose_person") : say("filters.everybody"),
                claim ? this.persons : [...this.persons, { id: NOBODY, name: say("nobody") }],
                this.person,
                (id) => {
                  this.person = id;
                },
              )}
          ${claim
            ? html`<label class="field">
                <span>${say("export.rate", { currency: this.overview.currency ?? "" })}</span>
                <input
                  type="number"
                  min="0"
                  max="1000"
                  step="any"
                  inputmode="decimal"
                  placeholder=${say("export.rate_none")}
                  .value=${this.rate}
                  @change=${(event: Event): void => {
                    this.rate = (event.target as HTMLInputElement).value;
                  }}
                />
              </label>`
            : nothing}
        </div>
        <p class="quiet">${say(`export.hints.${this.kind}`)}</p>
        <p class="notice" role="alert" ?hidden=${this.problem === undefined}>${this.problem}</p>
        <p role="status" ?hidden=${this.made === undefined}>${this.made}</p>
        <div class="buttons">
          <button type="button" class="second" @click=${this.close}>${say("close")}</button>
          <button type="submit" aria-disabled=${this.making}>
            <ha-icon icon="mdi:download"></ha-icon>${this.making
              ? say("export.making")
              : say("export.download")}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  private close(): void {
    this.dialog?.close();
  }

  private closed(): void {
    this.dispatchEvent(new CustomEvent("closed"));
  }

  private async make(event: Event): Promise<void> {
    event.preventDefault();
    if (this.making) {
      return;
    }
    const { hass, say, kind } = this;
    const days = daysOf(this.period, this.today, this.custom);
    if (days.start === null || days.end === null) {
      this.problem = say("export.needs_days");
      return;
    }
    this.making = true;
    this.problem = undefined;
    this.made = undefined;
    try {
      const file = await ask<{ url: string; filename: string }>(hass, "export", {
        kind,
        format: this.format,
        start: days.start,
        end: days.end,
        device_id: this.deviceId || null,
        ...whoseFields(this.person || (this.own ?? "")),
        rate: kind === "mileage_claim" && this.rate !== "" ? Number(this.rate) : null,
        language: hass.language,
      });
      const link = document.createElement("a");
      link.href = file.url;
      link.download = file.filename;
      link.click();
      this.made = say("export.made", { filename: file.filename });
    } catch (error) {
      this.problem = sayError(hass, say, error);
    } finally {
      this.making = false;
    }
  }

  static override styles = [
    shared,
    controls,
    dialog,
    css`
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 220px), 1fr));
        margin-top: 20px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 12px;
        margin-top: 20px;
      }
      button[type="submit"] {
        background: var(--strong);
        color: var(--text-primary-color);
      }
      button[type="submit"] ha-icon {
        color: inherit;
      }
      .second {
        background: none;
      }
    `,
  ];
}

export type ExportDialogElement = ExportDialog;

define("smart-charge-point-export", ExportDialog);
