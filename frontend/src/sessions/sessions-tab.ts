/** Sessions: the list of them, filtered, sorted and by pages; a session that is opened takes its place. */

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";

import { choose, controls, figure } from "../controls.ts";
import { dayAt, daysOf, type Days, type PeriodName } from "../days.ts";
import "../deletion-dialog.ts";
import type { DeletionDialogElement } from "../deletion-dialog.ts";
import { define } from "../element.ts";
import "../filters.ts";
import type { Narrowing } from "../filters.ts";
import { formatNumber } from "../formats.ts";
import { navigate, type HomeAssistant } from "../home-assistant.ts";
import { ask, whoseFields, type SessionsPage } from "../ledger.ts";
import { nothingStyles, nothingYet } from "../nothing.ts";
import type { Overview } from "../overview.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";
import { costFigure, countFigure, energyFigure, flowTimeFigure, solarShare } from "../totals.ts";
import { columnsOf, ORDERS, type Order } from "./columns.ts";
import "./paging.ts";
import { HERE, type SessionTableElement } from "./session-table.ts";

const PAGE = 25;
/** How often the list is asked for anew while it is looked at, in ms. */
const RENEW = 60_000;

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
      ...whoseFields(this.person),
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
      import("./session-view.ts").catch(() => {
        this.dispatchEvent(new CustomEvent("unloadable", { bubbles: true }));
      });
    }
    if (JSON.stringify(this.fields) !== this.asked) {
      void this.load();
    }
  }

  protected override updated(changed: PropertyValues): void {
    // Whoever comes back from a session goes on where they were.
    if (changed.has("path") && changed.get("path") !== undefined && this.opened === undefined) {
      const { left, table } = this;
      if (left !== undefined) {
        void table?.focusOn(left);
      }
    }
  }

  private get table(): SessionTableElement | null {
    return this.renderRoot.querySelector<SessionTableElement>("smart-charge-point-session-table");
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
        .overview=${this.overview}
        .clockAhead=${this.clockAhead}
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
    `;
  }

  private renderFilters(): TemplateResult {
    const { say } = this;
    return html`<smart-charge-point-filters
      .hass=${this.hass}
      .say=${say}
      .overview=${this.overview}
      .today=${this.today}
      .persons=${this.page?.persons ?? []}
      .deviceId=${this.deviceId}
      .person=${this.person}
      .period=${this.period}
      .custom=${this.custom}
      .days=${this.days}
      .kind=${"sessions"}
      @narrowed=${this.narrow}
    >
      <div class="sort">
        ${choose(
          say("sessions.sort"),
          undefined,
          ORDERS.filter(
            (id) => this.page === undefined || columnsOf(this.page).includes(id),
          ).map((id) => ({ id, name: say(`sessions.${id}`) })),
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
    </smart-charge-point-filters>`;
  }

  private renderPage(page: SessionsPage): TemplateResult {
    const { hass, say } = this;
    const { totals } = page;
    return html`
      ${page.sessions.length === 0 ? nothing : html`<section class="card totals" aria-label=${say("sessions.totals")}>
        <dl>
          ${countFigure(hass, say, totals)} ${energyFigure(hass, say, totals)}
          ${costFigure(hass, say, totals, page.currency)} ${flowTimeFigure(hass, say, totals)}
          ${figure(say("sessions.solar"), solarShare(hass, totals, page))}
        </dl>
      </section>`}
      ${page.sessions.length === 0
        ? nothingYet("mdi:format-list-bulleted", say("sessions.none"))
        : html`<smart-charge-point-session-table
            .hass=${hass}
            .say=${say}
            .overview=${this.overview}
            .page=${page}
            .now=${Date.now() + this.clockAhead}
            .order=${this.order}
            .descending=${this.descending}
            .busy=${this.asking}
            @sort=${({ detail }: CustomEvent<Order>): void => {
              this.sort(detail);
            }}
          ></smart-charge-point-session-table>`}
      <div class="foot">
        ${page.folded === 0
          ? html`<span></span>`
          : html`<span class="quiet"
              >${say("sessions.left_out", { count: formatNumber(hass, page.folded) })}</span
            >`}
        ${totals.sessions <= PAGE
          ? nothing
          : html`<smart-charge-point-paging
              .hass=${hass}
              .say=${say}
              .offset=${this.offset}
              .size=${PAGE}
              .count=${totals.sessions}
              @turned=${({ detail }: CustomEvent<number>): void => {
                this.offset = detail;
              }}
            ></smart-charge-point-paging>`}
      </div>
      ${this.overview.role === "administrator" ? this.renderDeletion() : nothing}
    `;
  }

  private renderDeletion(): TemplateResult {
    return html`<button class="delete" aria-haspopup="dialog" @click=${this.openDeletion}>
        <ha-icon icon="mdi:delete-outline"></ha-icon>${this.say("deletion.open")}
      </button>
      <smart-charge-point-deletion
        .hass=${this.hass}
        .say=${this.say}
        @deleted=${this.deleted}
      ></smart-charge-point-deletion>`;
  }

  private openDeletion(): void {
    void this.renderRoot
      .querySelector<DeletionDialogElement>("smart-charge-point-deletion")
      ?.open();
  }

  private deleted(): void {
    this.offset = 0;
    void this.load();
  }

  private narrow({ detail }: CustomEvent<Partial<Narrowing>>): void {
    Object.assign(this, detail);
    this.offset = 0;
  }

  private sort(order: Order): void {
    this.descending = order === this.order ? !this.descending : true;
    this.order = order;
    this.offset = 0;
  }

  private back(): void {
    navigate(HERE);
  }

  static override styles = [
    shared,
    controls,
    nothingStyles,
    css`
      smart-charge-point-filters {
        margin-bottom: 16px;
      }
      .sort {
        display: none;
      }
      .totals {
        margin-bottom: 16px;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        align-items: center;
        gap: 8px 16px;
        margin-top: 12px;
      }
      .delete {
        margin-top: 16px;
        background: none;
      }
      @media (max-width: 700px) {
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
      }
    `,
  ];
}

define("smart-charge-point-sessions", SessionsTab);
