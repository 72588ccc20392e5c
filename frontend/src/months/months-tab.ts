/** Months and year: bars by day or month, what they come to, and this month and year against the last ones. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import "../charts/bar-chart.ts";
import { partsOf, SOURCES, type Measure, type Part } from "../charts/bar-geometry.ts";
import { choose, chooseDay, controls, figure, segments, wallboxChoices } from "../controls.ts";
import {
  dayAt,
  lastOfMonth,
  lengthOf,
  monthAfter,
  twelveMonths,
  type Days,
} from "../days.ts";
import { define } from "../element.ts";
import "../export-dialog.ts";
import type { ExportDialogElement } from "../export-dialog.ts";
import {
  formatDay,
  formatDuration,
  formatEnergy,
  formatMoney,
  formatNumber,
  formatShare,
} from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { ask, type Bucket, type Choice, type SessionsPage, type Usage } from "../ledger.ts";
import type { Overview } from "../overview.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";
import { changeOf, type Compared } from "./comparison.ts";

const VIEWS = ["month", "year", "custom"] as const;
type View = (typeof VIEWS)[number];
const MEASURES: readonly Measure[] = ["energy", "cost", "source"];
/** So many days are shown one by one; more are shown by month. */
const MOST_DAYS = 92;
const MOST_MONTHS = 36 * 31;
/** How often it is asked for anew while it is looked at, in ms. */
const RENEW = 60_000;

class MonthsTab extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    overview: { attribute: false },
    clockAhead: { attribute: false },
    path: { attribute: false },
    view: { state: true },
    ending: { state: true },
    custom: { state: true },
    measure: { state: true },
    deviceId: { state: true },
    person: { state: true },
    persons: { state: true },
    usage: { state: true },
    problem: { state: true },
    asking: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare overview: Overview;
  declare clockAhead: number;
  declare path: string;
  private declare view: View;
  /** A day of the month that is shown, or that the months end with; undefined: today's. */
  private declare ending: string | undefined;
  private declare custom: Days;
  private declare measure: Measure;
  private declare deviceId: string;
  private declare person: string;
  private declare persons: readonly Choice[];
  private declare usage: Usage | undefined;
  private declare problem: string | undefined;
  private declare asking: boolean;
  private asked: string | undefined;
  private renewing: number | undefined;

  constructor() {
    super();
    this.view = "year";
    this.custom = { start: null, end: null };
    this.measure = "energy";
    this.deviceId = "";
    this.person = "";
    this.persons = [];
    this.asking = false;
  }

  private get today(): string {
    return dayAt(this.hass, Date.now() + this.clockAhead);
  }

  private get days(): { start: string; end: string } {
    const day = this.ending ?? this.today;
    if (this.view === "month") {
      return { start: monthAfter(day, 0), end: lastOfMonth(day) };
    }
    const twelve = twelveMonths(day);
    return this.view === "year"
      ? twelve
      : { start: this.custom.start ?? twelve.start, end: this.custom.end ?? this.today };
  }

  private get by(): "day" | "month" | "year" {
    const { start, end } = this.days;
    const length = lengthOf(start, end);
    return length <= MOST_DAYS ? "day" : length <= MOST_MONTHS ? "month" : "year";
  }

  private get fields(): Record<string, unknown> {
    return {
      ...this.days,
      by: this.by,
      device_id: this.deviceId || null,
      person: this.person || null,
    };
  }

  protected override firstUpdated(): void {
    void this.loadPersons();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.renewing = window.setInterval(() => {
      if (document.visibilityState === "visible" && !this.asking) {
        void this.load(JSON.stringify(this.fields));
      }
    }, RENEW);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.renewing);
  }

  protected override willUpdate(): void {
    const about = JSON.stringify(this.fields);
    if (about !== this.asked) {
      void this.load(about);
    }
  }

  /** Whoever sees everybody's sessions can choose among the persons. */
  private async loadPersons(): Promise<void> {
    if (this.overview.role !== "administrator") {
      return;
    }
    try {
      this.persons = (await ask<SessionsPage>(this.hass, "sessions", { limit: 1 })).persons;
    } catch {
      // Then everybody's usage is shown.
    }
  }

  private async load(about: string): Promise<void> {
    const { hass, say, fields } = this;
    this.asked = about;
    this.asking = true;
    try {
      const usage = await ask<Usage>(hass, "usage", fields);
      if (about === this.asked) {
        this.usage = usage;
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
    const { say, usage } = this;
    return html`
      ${this.renderFilters()}
      ${this.problem === undefined
        ? nothing
        : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${usage === undefined
        ? html`<p class="quiet" role="status">${say("loading")}</p>`
        : html`<div class="compared">
              ${this.renderCompared(usage, "month")} ${this.renderCompared(usage, "year")}
            </div>
            ${this.renderUsage(usage)}`}
      <smart-charge-point-export
        .hass=${this.hass}
        .say=${say}
        .overview=${this.overview}
        .today=${this.today}
        .persons=${this.persons}
      ></smart-charge-point-export>
    `;
  }

  private renderFilters(): TemplateResult {
    const { say } = this;
    const wallboxes = wallboxChoices(this.overview, say);
    return html`<div class="fields filters" role="search" aria-label=${say("filters.label")}>
      ${wallboxes.length < 2
        ? nothing
        : choose(
            say("filters.wallbox"),
            say("filters.all_wallboxes"),
            wallboxes,
            this.deviceId,
            (id) => {
              this.deviceId = id;
            },
          )}
      ${this.persons.length === 0
        ? nothing
        : choose(
            say("filters.person"),
            say("filters.everybody"),
            this.persons,
            this.person,
            (id) => {
              this.person = id;
            },
          )}
      <button class="export" @click=${this.export}>
        <ha-icon icon="mdi:download"></ha-icon>${say("export.open")}
      </button>
    </div>`;
  }

  private renderCompared(usage: Usage, of: "month" | "year"): TemplateResult {
    const { hass, say } = this;
    const now = usage.compared[of === "month" ? "this_month" : "this_year"];
    const before = usage.compared[of === "month" ? "last_month" : "last_year"];
    const byNow = usage.compared[of === "month" ? "last_month_by_now" : "last_year_by_now"];
    const format = { month: "long", year: "numeric" } as const;
    const name = (bucket: Bucket): string =>
      formatDay(hass, bucket.first, of === "month" ? format : { year: "numeric" });
    const what: Compared = this.measure === "cost" ? "cost" : "energy";
    const change = changeOf(now, byNow, what);
    return html`<section class="card" aria-labelledby=${of}>
      <h3 id=${of}>${name(now)} <small>${say("usage.so_far")}</small></h3>
      <dl>
        ${figure(say("sessions.energy"), formatEnergy(hass, now.energy))}
        ${figure(
          say("sessions.cost"),
          now.cost === null ? undefined : formatMoney(hass, now.cost, usage.currency),
          now.cost_complete ? nothing : say("in_part"),
        )}
        ${figure(say("sources.solar"), this.share(now))}
        ${figure(say("sessions.count"), formatNumber(hass, now.sessions))}
      </dl>
      <p class="before">
        ${change === undefined
          ? nothing
          : html`<b
                >${say(change >= 0 ? "usage.more" : "usage.less", {
                  part: formatShare(hass, Math.abs(change)),
                  day: formatDay(hass, byNow.last),
                })}</b
              > `}
        <span class="quiet"
          >${say("usage.before", {
            period: name(before),
            energy: formatEnergy(hass, before.energy),
          })}${before.cost === null
            ? nothing
            : ` · ${formatMoney(hass, before.cost, usage.currency)}`}</span
        >
      </p>
    </section>`;
  }

  private renderUsage(usage: Usage): TemplateResult {
    const { hass, say, view } = this;
    const { total } = usage;
    return html`<section class="card chart" aria-labelledby="shown" aria-busy=${this.asking}>
      <div class="bar">
        ${segments(
          say("usage.view"),
          VIEWS.map((id) => ({ id, name: say(`usage.views.${id}`) })),
          view,
          this.show,
        )}
        ${segments(
          say("usage.measure"),
          MEASURES.map((id) => ({ id, name: say(`usage.measures.${id}`) })),
          this.measure,
          (measure) => {
            this.measure = measure;
          },
        )}
      </div>
      <div class="bar">
        ${view === "custom"
          ? html`<h2 id="shown" class="hidden">${this.heading}</h2>
              <div class="fields">
                ${chooseDay(say("period.from"), this.days.start, (start) => {
                  this.custom = { ...this.custom, start };
                })}
                ${chooseDay(say("period.to"), this.days.end, (end) => {
                  this.custom = { ...this.custom, end };
                })}
              </div>`
          : html`<div class="turn">
              <button
                aria-label=${say("usage.earlier")}
                @click=${(): void => {
                  this.turn(-1);
                }}
              >
                <ha-icon icon="mdi:chevron-left"></ha-icon>
              </button>
              <h2 id="shown" aria-live="polite">${this.heading}</h2>
              <button
                aria-label=${say("usage.later")}
                aria-disabled=${this.days.end >= this.today}
                @click=${(): void => {
                  this.turn(1);
                }}
              >
                <ha-icon icon="mdi:chevron-right"></ha-icon>
              </button>
            </div>`}
        <dl>
          ${figure(say("sessions.energy"), formatEnergy(hass, total.energy))}
          ${figure(
            say("sessions.cost"),
            total.cost === null ? undefined : formatMoney(hass, total.cost, usage.currency),
            total.cost_complete ? nothing : say("in_part"),
          )}
          ${figure(say("sources.solar"), this.share(total))}
          ${figure(say("session.flow_time"), formatDuration(hass, say, total.flow_time * 1000))}
          ${figure(say("sessions.count"), formatNumber(hass, total.sessions))}
        </dl>
      </div>
      <smart-charge-point-bars
        .hass=${hass}
        .say=${say}
        .buckets=${usage.buckets}
        .measure=${this.measure}
        .currency=${usage.currency}
        .label=${`${this.heading}: ${say(`usage.measures.${this.measure}`)}`}
        .shortOf=${this.shortOf}
        .describe=${(bucket: Bucket): TemplateResult => this.describe(bucket, usage.currency)}
        @opened=${this.openBucket}
      ></smart-charge-point-bars>
      ${this.measure === "source" ? this.renderLegend(usage) : nothing}
      ${this.measure === "cost" && total.cost === null
        ? html`<p class="quiet">${say("usage.no_price")}</p>`
        : nothing}
      ${this.renderTable(usage)}
      <p class="quiet source">
        ${say(
          usage.agrees === false
            ? "usage.differs"
            : usage.source === "recorder"
              ? "usage.recorder"
              : "usage.ledger",
        )}
        ${total.estimated ? say("usage.estimated") : nothing}
      </p>
    </section>`;
  }

  private renderLegend(usage: Usage): TemplateResult {
    const { say } = this;
    const shown = SOURCES.filter((source) =>
      usage.buckets.some((bucket) =>
        partsOf(bucket, "source").some(({ part, value }) => part === source && value > 0),
      ),
    );
    return html`<p class="legend">
      ${shown.map(
        (source) => html`<span><i class=${source}></i>${say(`sources.${source}`)}</span>`,
      )}
    </p>`;
  }

  private renderTable(usage: Usage): TemplateResult {
    const { hass, say } = this;
    const sourced = usage.total.solar !== null;
    const cost = (bucket: Bucket): string =>
      bucket.cost === null ? "–" : formatMoney(hass, bucket.cost, usage.currency);
    const row = (name: string, bucket: Bucket): TemplateResult => html`<tr>
      <th scope="row">${name}</th>
      <td>${formatNumber(hass, bucket.sessions)}</td>
      <td>${formatEnergy(hass, bucket.energy)}</td>
      <td>${cost(bucket)}</td>
      ${sourced
        ? html`<td>${this.share(bucket) ?? "–"}</td>`
        : nothing}
    </tr>`;
    return html`<details>
      <summary>${say("usage.as_table")}</summary>
      <div class="wide">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">${say("period.label")}</th>
              <th scope="col">${say("sessions.count")}</th>
              <th scope="col">${say("sessions.energy")}</th>
              <th scope="col">${say("sessions.cost")}</th>
              ${sourced ? html`<th scope="col">${say("sources.solar")}</th>` : nothing}
            </tr>
          </thead>
          <tbody>
            ${usage.buckets.map((bucket) => row(this.nameOf(bucket), bucket))}
          </tbody>
          <tfoot>
            ${row(say("usage.total"), usage.total)}
          </tfoot>
        </table>
      </div>
    </details>`;
  }

  private get heading(): string {
    const { hass } = this;
    const { start, end } = this.days;
    const month = { month: "short", year: "numeric" } as const;
    switch (this.view) {
      case "month":
        return formatDay(hass, start, { month: "long", year: "numeric" });
      case "year":
        return `${formatDay(hass, start, month)}–${formatDay(hass, end, month)}`;
      case "custom":
        return `${formatDay(hass, start)}–${formatDay(hass, end)}`;
    }
  }

  private share({ solar, sourced }: Bucket): string | undefined {
    return solar === null || sourced <= 0 ? undefined : formatShare(this.hass, solar / sourced);
  }

  private nameOf({ first }: Bucket): string {
    switch (this.by) {
      case "day":
        return formatDay(this.hass, first, {
          weekday: "short",
          day: "numeric",
          month: "short",
          year: "numeric",
        });
      case "month":
        return formatDay(this.hass, first, { month: "long", year: "numeric" });
      case "year":
        return formatDay(this.hass, first, { year: "numeric" });
    }
  }

  private readonly shortOf = ({ first }: Bucket): string => {
    switch (this.by) {
      case "day":
        return formatDay(
          this.hass,
          first,
          this.view === "month" ? { day: "numeric" } : { day: "numeric", month: "short" },
        );
      case "month":
        return formatDay(
          this.hass,
          first,
          first.slice(5, 7) === "01" ? { month: "short", year: "2-digit" } : { month: "short" },
        );
      case "year":
        return formatDay(this.hass, first, { year: "numeric" });
    }
  };

  /** Say all about a bar. */
  private describe(bucket: Bucket, currency: string): TemplateResult {
    const { hass, say } = this;
    const parts: readonly { part: Part; value: number }[] =
      this.measure === "source" ? partsOf(bucket, "source").filter(({ value }) => value > 0) : [];
    return html`<span class="said"
        ><b>${this.nameOf(bucket)}</b>: ${formatEnergy(hass, bucket.energy)}${bucket.cost === null
          ? nothing
          : `, ${formatMoney(hass, bucket.cost, currency)}`}</span
      >
      ${parts.map(
        ({ part, value }) =>
          html`<span>
            · ${say(`sources.${part}`)} ${formatEnergy(hass, value * 1000)}</span
          >`,
      )}`;
  }

  private readonly show = (view: View): void => {
    if (view === "custom") {
      this.custom = this.days;
    }
    this.view = view;
  };

  /** Go a month back or on, or the twelve of a year. */
  private turn(by: number): void {
    const day = monthAfter(this.ending ?? this.today, this.view === "year" ? 12 * by : by);
    if (by < 0 || day <= this.today) {
      this.ending = day > this.today ? undefined : day;
    } else if (this.days.end < this.today) {
      this.ending = undefined;
    }
  }

  /** Show the days of the month that was pressed. */
  private openBucket({ detail }: CustomEvent<Bucket>): void {
    if (this.by === "month") {
      this.ending = detail.first;
      this.view = "month";
    }
  }

  private export(): void {
    this.renderRoot.querySelector<ExportDialogElement>("smart-charge-point-export")?.open({
      kind: this.by === "day" ? "days" : "months",
      days: this.days,
      deviceId: this.deviceId,
      person: this.person,
    });
  }

  static override styles = [
    shared,
    controls,
    css`
      :host {
        display: grid;
        gap: 16px;
      }
      .export {
        margin-inline-start: auto;
      }
      .compared {
        display: grid;
        gap: 16px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr));
      }
      h3 small {
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
        font-weight: 400;
      }
      .compared dl > div:first-child dd {
        font-size: 24px;
      }
      .compared dd {
        min-height: 32px;
      }
      .before {
        margin: 12px 0 0;
      }
      .before b {
        font-weight: 500;
      }
      .chart {
        display: grid;
        gap: 20px;
        min-width: 0;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        align-items: center;
        gap: 12px 24px;
      }
      .turn {
        display: flex;
        align-items: center;
        gap: 4px;
      }
      .turn button {
        width: 44px;
        padding: 0;
        background: none;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 20px;
        margin: 0;
        color: var(--secondary-text-color);
      }
      i {
        display: inline-block;
        width: 10px;
        height: 10px;
        margin-inline-end: 6px;
        border-radius: 3px;
      }
      i.solar {
        background: var(--energy-solar-color, #ff9800);
      }
      i.battery {
        background: var(--energy-battery-out-color, #4db6ac);
      }
      i.grid {
        background: var(--energy-grid-consumption-color, #488fc2);
      }
      i.unknown {
        background: color-mix(in srgb, var(--primary-text-color) 24%, transparent);
      }
      .source {
        margin: 0;
        font-size: var(--ha-font-size-s, 12px);
      }
      tfoot th,
      tfoot td {
        border-bottom: 0;
        color: var(--primary-text-color);
        font-size: inherit;
        font-weight: 500;
      }
      @media (max-width: 700px) {
        .filters {
          display: grid;
          grid-template-columns: 1fr 1fr;
        }
        .filters .export {
          grid-column: 1 / -1;
          margin: 0;
        }
        .card {
          padding: 16px;
        }
        .segments {
          width: 100%;
        }
        .segments button {
          flex: 1;
          padding: 0 8px;
        }
        .bar,
        .turn {
          width: 100%;
          justify-content: space-between;
        }
        .bar dl {
          display: grid;
          width: 100%;
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ];
}

define("smart-charge-point-months", MonthsTab);
