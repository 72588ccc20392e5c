/** What narrows a tab down (period, wallbox, person), and the file of what is left. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { choose, choosePeriod, controls, wallboxChoices } from "./controls.ts";
import type { Days, PeriodName } from "./days.ts";
import { define } from "./element.ts";
import "./export-dialog.ts";
import type { ExportDialogElement, Kind } from "./export-dialog.ts";
import type { HomeAssistant } from "./home-assistant.ts";
import { NOBODY, type Choice } from "./ledger.ts";
import type { Overview } from "./overview.ts";
import { shared } from "./styles.ts";
import type { Say } from "./texts.ts";

/** What is shown; an empty id stands for all of them. */
export interface Narrowing {
  period: PeriodName;
  custom: Days;
  deviceId: string;
  person: string;
}

/** Fires `narrowed` with what changes of the narrowing. Fields of a tab's own go between its tags. */
class Filters extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    overview: { attribute: false },
    today: { attribute: false },
    persons: { attribute: false },
    deviceId: { attribute: false },
    person: { attribute: false },
    period: { attribute: false },
    custom: { attribute: false },
    days: { attribute: false },
    kind: { attribute: false },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare overview: Overview;
  declare today: string;
  /** Empty for who sees nobody's sessions but their own. */
  declare persons: readonly Choice[];
  declare deviceId: string;
  declare person: string;
  /** Undefined where the tab has its own way to choose days. */
  declare period: PeriodName | undefined;
  declare custom: Days;
  /** The days that are shown, and what about them a file begins with. */
  declare days: Days;
  declare kind: Kind;

  protected override render(): TemplateResult {
    const { say, period, persons } = this;
    const wallboxes = wallboxChoices(this.overview, say);
    return html`<div class="fields filters" role="search" aria-label=${say("filters.label")}>
        ${period === undefined
          ? nothing
          : choosePeriod(say, period, this.custom, (name, custom) => {
              this.narrow({
                period: name,
                // One's own period begins with what was looked at.
                custom: name === "custom" && period !== "custom" ? this.days : custom,
              });
            })}
        ${wallboxes.length < 2
          ? nothing
          : choose(
              say("filters.wallbox"),
              say("filters.all_wallboxes"),
              wallboxes,
              this.deviceId,
              (deviceId) => {
                this.narrow({ deviceId });
              },
            )}
        ${persons.length === 0
          ? nothing
          : choose(
              say("filters.person"),
              say("filters.everybody"),
              [...persons, { id: NOBODY, name: say("nobody") }],
              this.person,
              (person) => {
                this.narrow({ person });
              },
            )}
        <slot></slot>
        <button class="export" @click=${this.export}>
          <ha-icon icon="mdi:download"></ha-icon>${say("export.open")}
        </button>
      </div>
      <smart-charge-point-export
        .hass=${this.hass}
        .say=${say}
        .overview=${this.overview}
        .today=${this.today}
        .persons=${persons}
      ></smart-charge-point-export>`;
  }

  private narrow(detail: Partial<Narrowing>): void {
    this.dispatchEvent(new CustomEvent("narrowed", { detail }));
  }

  private export(): void {
    this.renderRoot.querySelector<ExportDialogElement>("smart-charge-point-export")?.open({
      kind: this.kind,
      days: this.days,
      deviceId: this.deviceId,
      person: this.person,
    });
  }

  static override styles = [
    shared,
    controls,
    css`
      .export {
        margin-inline-start: auto;
      }
      @media (max-width: 700px) {
        .filters {
          display: grid;
          grid-template-columns: 1fr 1fr;
        }
        .export {
          grid-column: 1 / -1;
          margin: 0;
        }
      }
    `,
  ];
}

define("smart-charge-point-filters", Filters);
