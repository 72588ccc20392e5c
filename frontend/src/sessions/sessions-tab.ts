/** Sessions: the list of them, filtered, sorted and by pages; a session that is opened takes its place. */

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";

import { choose, choosePeriod, controls, figure, wallboxChoices } from "../controls.ts";
import { dayAt, daysOf, type Days, type PeriodName } from "../days.ts";
import { define } from "../element.ts";
import "../export-dialog.ts";
import type { ExportDialogElement } from "../export-dialog.ts";
import {
  formatDate,
  formatDuration,
  formatEnergy,
  formatMoney,
  formatNumber,
  formatShare,
  formatTime,
  formatWeekday,
} from "../formats.ts";
import { DOMAIN, navigate, type HomeAssistant } from "../home-assistant.ts";
import { ask, type SessionRow, type SessionsPage } from "../ledger.ts";
import type { Overview } from "../overview.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";
import { doubtsOf } from "./doubts.ts";

const PAGE = 25;
const HERE = `/${DOMAIN}/sessions`;
/** How often the list is asked for anew while it is looked at, in ms. */
const RENEW = 60_000;

const ORDERS = ["started", "energy", "duration", "cost", "solar"] as const;
type Order = (typeof ORDERS)[number];
type Column = Order | "wallbox" | "person";
const COLUMNS: readonly Column[] = [
  "started",
  "wallbox",
  "person",
  "energy",
  "duration",
  "cost",
  "solar",
];

const isOrder = (column: Column): column is Order =>
  (ORDERS as readonly string[]).includes(column);

class SessionsTab extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    overview: { attribute: false },
    clockAhead: { attribute: false },
    path: { attribute: false },
    period: { state: true },
    custom: { state: true },
    deviceId: { state: true },
    person: { state: true },
    folded: { state: true },
    order: { state: true },
    descending: { state: true },
    offset: { state: true },
    page: { state: true },
    problem: { state: true },
    asking: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare overview: Overview;
  declare clockAhead: number;
  declare path: string;
  private declare period: PeriodName;
  private declare custom: Days;
  private declare deviceId: string;
  private declare person: string;
  private declare folded: boolean;
  private declare order: Order;
  private declare descending: boolean;
  private declare offset: number;
  private declare page: SessionsPage | undefined;
  private declare problem: string | undefined;
  private declare asking: boolean;
  private asked: string | undefined;
  private left: number | undefined;
  private renewing: number | undefined;

  constructor() {
    super();
    this.period = "last_12_months";
    this.custom = { start: null, end: null };
    this.deviceId = "";
    this.person = "";
    this.folded = false;
    this.order = "started";
    this.descending = true;
    this.offset = 0;
    this.asking = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.renewing = window.setInterval(() => {
      if (document.visibilityState === "visible" && this.opened === undefined) {
        void this.load();
      }
    }, RENEW);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.renewing);
  }

  private get today(): string {
    return dayAt(this.hass, Date.now() + this.clockAhead);
  }

  /** The session that the address means. */
  private get opened(): number | undefined {
    return /^\d{1,15}$/.test(this.path) ? Number(this.path) : undefined;
  }

  private get days(): Days {
    return daysOf(this.period, this.today, this.custom);
  }

  private get fields(): Record<string, unknown> {
    return {
      ...this.days,
      device_id: this.deviceId || null,
      person: this.person || null,
      folded: this.folded,
      order: this.order,
      descending: this.descending,
      limit: PAGE,
      offset: this.offset,
    };
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { opened } = this;
    if (changed.has("path") && opened !== undefined) {
      this.left = opened;
      void import("./session-view.ts");
    }
    if (JSON.stringify(this.fields) !== this.asked) {
      void this.load();
    }
  }

  protected override updated(changed: PropertyValues): void {
    // Whoever comes back from a session goes on where they were.
    if (changed.has("path") && changed.get("path") !== undefined && this.opened === undefined) {
      this.renderRoot.querySelector<HTMLElement>(`[data-id="${this.left ?? ""}"] a`)?.focus();
    }
  }

  private async load(): Promise<void> {
    const { hass, say, fields } = this;
    const about = JSON.stringify(fields);
    this.asked = about;
    this.asking = true;
    try {
      const page = await ask<SessionsPage>(hass, "sessions", fields);
      if (about === this.asked) {
        this.page = page;
        this.problem = undefined;
      }
    } catch (error) {
      if (about === this.asked) {
        this.problem = sayError(hass, say, error);
      }
    } finally {
      if (about === this.asked) {
        this.asking = false;
      }
    }
  }

  protected override render(): TemplateResult {
    const { opened } = this;
    if (opened !== undefined) {
      return html`<smart-charge-point-session
        .hass=${this.hass}
        .say=${this.say}
        .number=${opened}
        .persons=${this.page?.persons ?? []}
        .vehicles=${this.page?.vehicles ?? []}
        @back=${this.back}
        @changed=${this.load}
      ></smart-charge-point-session>`;
    }
    return html`
      ${this.renderFilters()}
      ${this.problem === undefined
        ? nothing
        : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.page === undefined
        ? html`<p class="quiet" role="status">${this.say("loading")}</p>`
        : this.renderPage(this.page)}
      <smart-charge-point-export
        .hass=${this.hass}
        .say=${this.say}
        .overview=${this.overview}
        .today=${this.today}
        .persons=${this.page?.persons ?? []}
      ></smart-charge-point-export>
    `;
  }

  private renderFilters(): TemplateResult {
    const { say } = this;
    const wallboxes = wallboxChoices(this.overview, say);
    const persons = this.page?.persons ?? [];
    return html`<div class="fields filters" role="search" aria-label=${say("filters.label")}>
      ${choosePeriod(say, this.period, this.custom, (name, custom) => {
        // One's own period begins with what was looked at.
        this.custom = name === "custom" && this.period !== "custom" ? this.days : custom;
        this.period = name;
        this.offset = 0;
      })}
      ${wallboxes.length < 2
        ? nothing
        : choose(
            say("filters.wallbox"),
            say("filters.all_wallboxes"),
            wallboxes,
            this.deviceId,
            (id) => {
              this.deviceId = id;
              this.offset = 0;
            },
          )}
      ${persons.length === 0
        ? nothing
        : choose(say("filters.person"), say("filters.everybody"), persons, this.person, (id) => {
            this.person = id;
            this.offset = 0;
          })}
      <div class="sort">
        ${choose(
          say("sessions.sort"),
          undefined,
          ORDERS.map((id) => ({ id, name: say(`sessions.${id}`) })),
          this.order,
          (id) => {
            this.sort(id as Order);
          },
        )}
      </div>
      <label class="check">
        <input
          type="checkbox"
          .checked=${this.folded}
          @change=${(event: Event): void => {
            this.folded = (event.target as HTMLInputElement).checked;
            this.offset = 0;
          }}
        />
        ${say("sessions.with_short")}
      </label>
      <button class="export" @click=${this.export}>
        <ha-icon icon="mdi:download"></ha-icon>${say("export.open")}
      </button>
    </div>`;
  }

  private renderPage(page: SessionsPage): TemplateResult {
    const { hass, say } = this;
    const { totals } = page;
    return html`
      <section class="card totals" aria-label=${say("sessions.totals")}>
        <dl>
          ${figure(say("sessions.count"), formatNumber(hass, totals.sessions))}
          ${figure(say("sessions.energy"), formatEnergy(hass, totals.energy))}
          ${figure(
            say("sessions.cost"),
            totals.cost === null ? undefined : formatMoney(hass, totals.cost, page.currency),
            totals.cost_complete ? nothing : say("in_part"),
          )}
          ${figure(say("session.flow_time"), formatDuration(hass, say, totals.flow_time * 1000))}
          ${figure(
            say("sessions.solar"),
            totals.solar === null || totals.sourced <= 0
              ? undefined
              : formatShare(hass, totals.solar / totals.sourced),
          )}
        </dl>
      </section>
      ${page.sessions.length === 0
        ? html`<p class="quiet none">${say("sessions.none")}</p>`
        : this.renderTable(page)}
      <div class="foot">
        ${page.folded === 0
          ? html`<span></span>`
          : html`<span class="quiet"
              >${say("sessions.left_out", { count: formatNumber(hass, page.folded) })}</span
            >`}
        ${totals.sessions <= PAGE ? nothing : this.renderPaging(page)}
      </div>
    `;
  }

  private renderTable(page: SessionsPage): TemplateResult {
    const { say } = this;
    const columns = COLUMNS.filter(
      (column) =>
        (column !== "solar" || page.totals.solar !== null) &&
        (column !== "cost" || page.totals.cost !== null) &&
        (column !== "person" || page.sessions.some(({ person }) => person !== null)),
    );
    // Rows become cards on a phone, which takes their roles from them unless they are said.
    return html`<div class="card list" aria-busy=${this.asking}>
      <table role="table" aria-label=${say("tabs.sessions")}>
        <thead role="rowgroup">
          <tr role="row">
            ${columns.map((column) => this.renderHead(column))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${page.sessions.map((session) => this.renderRow(session, columns, page.currency))}
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
          this.sort(column);
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
        return html`<a href="${HERE}/${session.id}"
            >${formatWeekday(hass, started)} ${formatDate(hass, started)}</a
          >
          <small
            >${formatTime(hass, started)}${session.stopped_at === null
              ? html` · <b>${say("sessions.running")}</b>`
              : html`–${formatTime(hass, new Date(session.stopped_at))}`}${session.folded
              ? html` · ${say("sessions.short")}`
              : nothing}</small
          >`;
      case "wallbox":
        return this.hasSeveral(session.wallbox)
          ? say("connector", { name: session.wallbox, number: session.connector })
          : session.wallbox;
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

  private renderPaging({ totals }: SessionsPage): TemplateResult {
    const { hass, say, offset } = this;
    const last = Math.min(offset + PAGE, totals.sessions);
    return html`<nav aria-label=${say("sessions.pages")}>
      <button
        aria-label=${say("sessions.newer")}
        aria-disabled=${offset === 0}
        @click=${(): void => {
          this.offset = Math.max(0, offset - PAGE);
        }}
      >
        <ha-icon icon="mdi:chevron-left"></ha-icon>
      </button>
      <span role="status"
        >${say("sessions.page", {
          first: formatNumber(hass, Math.min(offset + 1, totals.sessions)),
          last: formatNumber(hass, last),
          count: formatNumber(hass, totals.sessions),
        })}</span
      >
      <button
        aria-label=${say("sessions.older")}
        aria-disabled=${last >= totals.sessions}
        @click=${(): void => {
          if (last < totals.sessions) {
            this.offset = offset + PAGE;
          }
        }}
      >
        <ha-icon icon="mdi:chevron-right"></ha-icon>
      </button>
    </nav>`;
  }

  private hasSeveral(wallbox: string): boolean {
    return this.overview.charge_points.some(
      ({ name, connectors }) => name === wallbox && connectors.length > 1,
    );
  }

  private sort(order: Order): void {
    this.descending = order === this.order ? !this.descending : true;
    this.order = order;
    this.offset = 0;
  }

  private open(event: MouseEvent, id: number): void {
    // A session opens in a page of its own where that is asked for.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
      return;
    }
    event.preventDefault();
    navigate(`${HERE}/${id}`);
  }

  private back(): void {
    navigate(HERE);
  }

  private export(): void {
    this.renderRoot.querySelector<ExportDialogElement>("smart-charge-point-export")?.open({
      kind: "sessions",
      days: this.days,
      deviceId: this.deviceId,
      person: this.person,
    });
  }

  static override styles = [
    shared,
    controls,
    css`
      .filters {
        margin-bottom: 16px;
      }
      .export {
        margin-inline-start: auto;
      }
      .sort {
        display: none;
      }
      .totals {
        margin-bottom: 16px;
      }
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
        color: var(--success-color, #43a047);
        font-weight: 500;
      }
      td.energy {
        font-weight: 500;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        align-items: center;
        gap: 8px 16px;
        margin-top: 12px;
      }
      nav {
        display: flex;
        align-items: center;
        gap: 8px;
        font-variant-numeric: tabular-nums;
      }
      nav button {
        width: 44px;
        padding: 0;
      }
      .none {
        padding: 32px;
        text-align: center;
      }
      @media (max-width: 700px) {
        .filters {
          display: grid;
          grid-template-columns: 1fr 1fr;
        }
        .filters .check {
          grid-column: 1 / -1;
        }
        .filters .export {
          grid-column: 1 / -1;
          margin: 0;
        }
        .sort {
          display: block;
        }
        .sort .field {
          display: grid;
        }
        .totals dl {
          display: grid;
          grid-template-columns: 1fr 1fr;
        }
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

define("smart-charge-point-sessions", SessionsTab);
