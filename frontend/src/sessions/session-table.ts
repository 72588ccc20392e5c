/** The list of sessions as a table; on a phone its rows are cards. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { define } from "../element.ts";
import {
  formatDate,
  formatDuration,
  formatEnergy,
  formatMoney,
  formatShare,
  formatTime,
  formatWeekday,
} from "../formats.ts";
import { DOMAIN, navigate, type HomeAssistant } from "../home-assistant.ts";
import type { SessionRow, SessionsPage } from "../ledger.ts";
import { isApart } from "../link.ts";
import type { Overview } from "../overview.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import { columnsOf, isOrder, type Column, type Order } from "./columns.ts";
import { doubtsOf } from "./doubts.ts";
import { placeOf } from "./place.ts";
import { asNow, toneOf } from "./running.ts";

/** Where the tab is. */
export const HERE = `/${DOMAIN}/sessions`;

/** Fires `sort` with the column that was pressed; a row that is pressed opens its session. */
class SessionTable extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    overview: { attribute: false },
    page: { attribute: false },
    now: { attribute: false },
    order: { attribute: false },
    descending: { attribute: false },
    busy: { attribute: false },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare overview: Overview;
  declare page: SessionsPage;
  /** The home's time, ms. */
  declare now: number;
  declare order: Order;
  declare descending: boolean;
  declare busy: boolean;

  /** Go on at the row of a session. */
  async focusOn(id: number): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-id="${id}"] a`)?.focus();
  }

  protected override render(): TemplateResult {
    const { page, say } = this;
    const columns = columnsOf(page);
    // Rows become cards on a phone, which takes their roles from them unless they are said.
    return html`<div class="card list" aria-busy=${this.busy}>
      <table role="table" aria-label=${say("tabs.sessions")}>
        <thead role="rowgroup">
          <tr role="row">
            ${columns.map((column) => this.renderHead(column))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${page.sessions.map((session) =>
            this.renderRow(asNow(session, this.overview, this.now), columns, page.currency),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private renderHead(column: Column): TemplateResult {
    const { say } = this;
    const name = say(`sessions.${column}`);
    if (!isOrder(column)) {
      return html`<th role="columnheader" scope="col" class=${column}>${name}</th>`;
    }
    const sorted = column === this.order;
    return html`<th
      role="columnheader"
      scope="col"
      class=${column}
      aria-sort=${sorted ? (this.descending ? "descending" : "ascending") : "none"}
    >
      <button
        @click=${(): void => {
          this.dispatchEvent(new CustomEvent("sort", { detail: column }));
        }}
      >
        ${name}<ha-icon
          class=${sorted ? "sorted" : ""}
          icon=${sorted && !this.descending ? "mdi:arrow-up" : "mdi:arrow-down"}
        ></ha-icon>
      </button>
    </th>`;
  }

  private renderRow(
    session: SessionRow,
    columns: readonly Column[],
    currency: string,
  ): TemplateResult {
    const { say } = this;
    return html`<tr
      role="row"
      data-id=${session.id}
      @click=${(event: MouseEvent): void => {
        this.open(event, session.id);
      }}
    >
      ${columns.map(
        (column) =>
          html`<td
            role="cell"
            class="${column} ${this.isKnown(session, column) ? "" : "unknown"}"
            data-label=${say(`sessions.${column}`)}>
            ${this.renderCell(session, column, currency)}
          </td>`,
      )}
    </tr>`;
  }

  private isKnown(session: SessionRow, column: Column): boolean {
    const values: Partial<Record<Column, unknown>> = {
      person: session.person,
      duration: session.duration,
      cost: session.cost,
      solar: session.solar_share,
    };
    return values[column] !== null;
  }

  private renderCell(
    session: SessionRow,
    column: Column,
    currency: string,
  ): TemplateResult | string {
    const { hass, say } = this;
    const started = new Date(session.started_at);
    const doubtful = doubtsOf(say, session).length > 0;
    switch (column) {
      case "started":
        return html`<a
            href="${HERE}/${session.id}"
            aria-label="${formatWeekday(hass, started)} ${formatDate(hass, started)}, ${formatTime(hass, started)}"
            >${formatWeekday(hass, started)} ${formatDate(hass, started)}</a
          >
          <small
            >${formatTime(hass, started)}${session.stopped_at === null
              ? html` · ${this.renderState(session)}`
              : html`–${formatTime(hass, new Date(session.stopped_at))}`}${session.folded
              ? html` · ${say("sessions.short")}`
              : nothing}</small
          >`;
      case "wallbox":
        return placeOf(say, this.overview, session);
      case "person":
        return session.person === null ? "–" : (session.person.name ?? say("removed"));
      case "energy":
        return html`${formatEnergy(hass, session.energy)}${doubtful
          ? html`<small>${say("estimated")}</small>`
          : nothing}`;
      case "duration":
        return session.duration === null
          ? "–"
          : formatDuration(hass, say, session.duration * 1000);
      case "cost":
        return session.cost === null
          ? "–"
          : html`${formatMoney(hass, session.cost, currency)}${session.cost_complete
              ? nothing
              : html`<small>${say("in_part")}</small>`}`;
      case "solar":
        return session.solar_share === null ? "–" : formatShare(hass, session.solar_share);
    }
  }

  /** Say what a session does that has not ended. */
  private renderState(session: SessionRow): TemplateResult {
    const tone = toneOf(this.overview, session);
    return html`<b class=${tone}>${this.say(`sessions.states.${tone}`)}</b>`;
  }

  private open(event: MouseEvent, id: number): void {
    if (isApart(event)) {
      return;
    }
    event.preventDefault();
    navigate(`${HERE}/${id}`);
  }

  static override styles = [
    shared,
    css`
      .list {
        padding: 4px 0;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }
      th {
        padding: 0 16px;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
        font-weight: 500;
        text-align: start;
      }
      th button {
        min-height: 40px;
        margin: 0 -8px;
        padding: 0 8px;
        gap: 4px;
        background: none;
        color: inherit;
      }
      th ha-icon {
        --mdc-icon-size: 16px;
        opacity: 0;
      }
      th .sorted,
      th button:hover ha-icon {
        opacity: 1;
      }
      td {
        padding: 10px 16px;
        border-top: 1px solid var(--divider-color);
      }
      .energy,
      .duration,
      .cost,
      .solar {
        text-align: end;
        white-space: nowrap;
      }
      th.energy button,
      th.duration button,
      th.cost button,
      th.solar button {
        flex-direction: row-reverse;
      }
      tbody tr {
        cursor: pointer;
      }
      tbody tr:hover {
        background: color-mix(in srgb, var(--primary-text-color) 4%, transparent);
      }
      a {
        color: inherit;
        font-weight: 500;
        text-decoration: none;
      }
      tr:hover a {
        color: var(--primary-color);
      }
      small {
        display: block;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
        font-weight: 400;
      }
      small b {
        font-weight: 500;
      }
      small .flow {
        color: color-mix(in srgb, var(--success-color, #43a047) 70%, var(--primary-text-color));
      }
      td.energy {
        font-weight: 500;
      }
      @media (max-width: 700px) {
        .list {
          padding: 0;
          border: 0;
          background: none;
          box-shadow: none;
        }
        table,
        tbody {
          display: block;
        }
        thead {
          display: none;
        }
        tbody {
          display: grid;
          gap: 10px;
        }
        tbody tr {
          display: grid;
          grid-template-columns: 1fr auto;
          gap: 2px 12px;
          padding: 14px 16px;
          border-radius: var(--ha-card-border-radius, 12px);
          background: var(--ha-card-background, var(--card-background-color));
          box-shadow: var(--ha-card-box-shadow, none);
          border: var(--ha-card-border-width, 1px) solid
            var(--ha-card-border-color, var(--divider-color));
        }
        tbody td {
          padding: 0;
          border: 0;
        }
        td.started {
          grid-column: 1;
          grid-row: 1 / span 2;
        }
        td.energy {
          grid-column: 2;
          grid-row: 1;
          font-size: var(--ha-font-size-l, 18px);
        }
        td.cost {
          grid-column: 2;
          grid-row: 2;
        }
        td.wallbox,
        td.person,
        td.duration,
        td.solar {
          color: var(--secondary-text-color);
          font-size: var(--ha-font-size-s, 12px);
        }
        td.duration {
          grid-column: 2;
        }
        td.unknown {
          display: none;
        }
        td.solar {
          grid-column: 2;
        }
        td.wallbox,
        td.person {
          grid-column: 1;
        }
        td.solar::before {
          content: attr(data-label) " ";
        }
      }
    `,
  ];
}

export type SessionTableElement = SessionTable;

define("smart-charge-point-session-table", SessionTable);
