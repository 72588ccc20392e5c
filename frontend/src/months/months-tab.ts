/** Months and year: bars by day or month, what they come to, and this month and year against the last ones. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import type { Measure } from "../charts/bar-geometry.ts";
import { controls } from "../controls.ts";
import { dayAt, monthAfter, type Days } from "../days.ts";
import { define } from "../element.ts";
import "../filters.ts";
import type { Narrowing } from "../filters.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import {
  ask,
  whoseFields,
  type Bucket,
  type Choice,
  type SessionsPage,
  type Usage,
} from "../ledger.ts";
import type { Overview } from "../overview.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";
import "./compared-cards.ts";
import { shownOf, type Shown, type View } from "./shown.ts";
import "./usage-chart.ts";

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

  private get shown(): Shown {
    const { today } = this;
    return shownOf(this.view, this.ending ?? today, this.custom, today);
  }

  private get fields(): Record<string, unknown> {
    const { start, end, by } = this.shown;
    return {
      start,
      end,
      by,
      device_id: this.deviceId || null,
      ...whoseFields(this.person),
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
    const { hass, say, overview, usage, today, shown } = this;
    return html`
      <smart-charge-point-filters
        .hass=${hass}
        .say=${say}
        .overview=${overview}
        .today=${today}
        .persons=${this.persons}
        .deviceId=${this.deviceId}
        .person=${this.person}
        .days=${{ start: shown.start, end: shown.end }}
        .kind=${shown.by === "day" ? "days" : "months"}
        @narrowed=${this.narrow}
      ></smart-charge-point-filters>
      ${this.problem === undefined
        ? nothing
        : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${usage === undefined
        ? html`<p class="quiet" role="status">${say("loading")}</p>`
        : html`<smart-charge-point-compared
              .hass=${hass}
              .say=${say}
              .usage=${usage}
              .measure=${this.measure}
            ></smart-charge-point-compared>
            <smart-charge-point-usage-chart
              .hass=${hass}
              .say=${say}
              .usage=${usage}
              .shown=${shown}
              .measure=${this.measure}
              .today=${today}
              .busy=${this.asking}
              @viewed=${this.show}
              @measured=${({ detail }: CustomEvent<Measure>): void => {
                this.measure = detail;
              }}
              @turned=${this.turn}
              @chosen=${({ detail }: CustomEvent<Days>): void => {
                this.custom = detail;
              }}
              @opened=${this.openBucket}
            ></smart-charge-point-usage-chart>`}
    `;
  }

  private narrow({ detail }: CustomEvent<Partial<Narrowing>>): void {
    Object.assign(this, detail);
  }

  private show({ detail: view }: CustomEvent<View>): void {
    if (view === "custom") {
      const { start, end } = this.shown;
      this.custom = { start, end };
    }
    this.view = view;
  }

  /** Go a month back or on, or the twelve of a year. */
  private turn({ detail: by }: CustomEvent<number>): void {
    const day = monthAfter(this.ending ?? this.today, this.view === "year" ? 12 * by : by);
    if (by < 0 || day <= this.today) {
      this.ending = day > this.today ? undefined : day;
    } else if (this.shown.end < this.today) {
      this.ending = undefined;
    }
  }

  /** Show the days of the month that was pressed. */
  private openBucket({ detail }: CustomEvent<Bucket>): void {
    if (this.shown.by === "month") {
      this.ending = detail.first;
      this.view = "month";
    }
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
    `,
  ];
}

define("smart-charge-point-months", MonthsTab);
