/** Bars of what was used, what they come to, and what is chosen to be seen in them. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import "../charts/bar-chart.ts";
import { partsOf, SOURCES, type Measure, type Part } from "../charts/bar-geometry.ts";
import { chooseDay, controls, figure, segments } from "../controls.ts";
import type { Days } from "../days.ts";
import { define } from "../element.ts";
import { formatEnergy, formatMoney } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import type { Bucket, Usage } from "../ledger.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import { costFigure, countFigure, energyFigure, flowTimeFigure, solarShare } from "../totals.ts";
import { headingOf, letterOf, nameOf, shortNameOf, VIEWS, type Shown, type View } from "./shown.ts";
import "./usage-table.ts";

/** The part of the highest bar that can be seen. */
const LEAST = 0.002;
const MEASURES: readonly Measure[] = ["energy", "cost", "source"];

/** What the chart fires, and with what. */
interface Told {
  viewed: View;
  measured: Measure;
  /** Months, or years of twelve, to go on; below 0 back. */
  turned: number;
  chosen: Days;
  opened: Bucket;
}

class UsageChart extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    usage: { attribute: false },
    shown: { attribute: false },
    measure: { attribute: false },
    today: { attribute: false },
    busy: { attribute: false },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare usage: Usage;
  declare shown: Shown;
  declare measure: Measure;
  declare today: string;
  declare busy: boolean;

  protected override render(): TemplateResult {
    const { hass, say, usage, shown, measure } = this;
    const heading = headingOf(hass, shown);
    const { total } = usage;
    return html`<section class="card chart" aria-labelledby="shown" aria-busy=${this.busy}>
      <div class="bar">
        ${segments(
          say("usage.view"),
          VIEWS.map((id) => ({ id, name: say(`usage.views.${id}`) })),
          shown.view,
          (view) => {
            this.tell("viewed", view);
          },
        )}
        ${segments(
          say("usage.measure"),
          MEASURES.map((id) => ({ id, name: say(`usage.measures.${id}`) })),
          measure,
          (chosen) => {
            this.tell("measured", chosen);
          },
        )}
      </div>
      <div class="bar">
        ${shown.view === "custom" ? this.renderOwnDays(heading) : this.renderTurning(heading)}
        <dl>
          ${energyFigure(hass, say, total)} ${costFigure(hass, say, total, usage.currency)}
          ${figure(say("sources.solar"), solarShare(hass, total, usage))}
          ${flowTimeFigure(hass, say, total)} ${countFigure(hass, say, total)}
        </dl>
      </div>
      ${usage.buckets.every(({ energy }) => energy === 0)
        ? html`<p class="none quiet">${say("sessions.none")}</p>`
        : this.renderBars(heading)}
    </section>`;
  }

  private renderBars(heading: string): TemplateResult {
    const { hass, say, usage, shown, measure } = this;
    const { total } = usage;
    return html`<smart-charge-point-bars
        .hass=${hass}
        .say=${say}
        .buckets=${usage.buckets}
        .measure=${measure}
        .currency=${usage.currency}
        .today=${usage.today}
        .label=${`${heading}: ${say(`usage.measures.${measure}`)}`}
        .hint=${say(shown.by === "month" ? "usage.chart_hint_months" : "usage.chart_hint")}
        .shortOf=${({ first }: Bucket): string => shortNameOf(hass, shown, first)}
        .letterOf=${shown.by === "month" && usage.buckets.length <= 12
          ? ({ first }: Bucket): string => letterOf(hass, first)
          : undefined}
        .describe=${(bucket: Bucket): TemplateResult => this.describe(bucket, usage.currency)}
        @opened=${({ detail }: CustomEvent<Bucket>): void => {
          this.tell("opened", detail);
        }}
      ></smart-charge-point-bars>
      ${measure === "source" ? this.renderLegend(usage) : nothing}
      ${measure === "source" && total.sourced === 0
        ? html`<p class="quiet">${say("usage.no_source")}</p>`
        : nothing}
      ${measure === "cost" && total.cost === null
        ? html`<p class="quiet">${say("usage.no_price")}</p>`
        : nothing}
      <smart-charge-point-usage-table
        .hass=${hass}
        .say=${say}
        .usage=${usage}
        .shown=${shown}
      ></smart-charge-point-usage-table>
      <p class="quiet source">
        ${say(
          usage.agrees === false
            ? "usage.differs"
            : usage.source === "recorder"
              ? "usage.recorder"
              : "usage.ledger",
        )}
        ${total.estimated ? say("usage.estimated") : nothing}
      </p>`;
  }

  private renderOwnDays(heading: string): TemplateResult {
    const { say } = this;
    const { start, end } = this.shown;
    return html`<h2 id="shown" class="hidden">${heading}</h2>
      <div class="fields">
        ${chooseDay(say("period.from"), start, (day) => {
          this.tell("chosen", { start: day, end });
        })}
        ${chooseDay(say("period.to"), end, (day) => {
          this.tell("chosen", { start, end: day });
        })}
      </div>`;
  }

  private renderTurning(heading: string): TemplateResult {
    const { say } = this;
    return html`<div class="turn">
      <button
        aria-label=${say("usage.earlier")}
        @click=${(): void => {
          this.tell("turned", -1);
        }}
      >
        <ha-icon class="turning" icon="mdi:chevron-left"></ha-icon>
      </button>
      <h2 id="shown" aria-live="polite">${heading}</h2>
      <button
        aria-label=${say("usage.later")}
        aria-disabled=${this.shown.end >= this.today}
        @click=${(): void => {
          this.tell("turned", 1);
        }}
      >
        <ha-icon class="turning" icon="mdi:chevron-right"></ha-icon>
      </button>
    </div>`;
  }

  private renderLegend(usage: Usage): TemplateResult {
    const { say } = this;
    const parts = usage.buckets.flatMap((bucket) => partsOf(bucket, "source"));
    // What is too little to be seen is in the bars' own figures.
    const least = Math.max(...usage.buckets.map(({ energy }) => energy / 1000)) * LEAST;
    const shown = SOURCES.filter((source) =>
      parts.some(({ part, value }) => part === source && value > least),
    );
    return html`<p class="legend">
      ${shown.map(
        (source) => html`<span><i class=${source}></i>${say(`sources.${source}`)}</span>`,
      )}
    </p>`;
  }

  /** Say all about a bar. */
  private describe(bucket: Bucket, currency: string): TemplateResult {
    const { hass, say, measure, shown } = this;
    const parts: readonly { part: Part; value: number }[] =
      measure === "source" ? partsOf(bucket, "source").filter(({ value }) => value > 0) : [];
    return html`<span class="said"
        ><b>${nameOf(hass, shown, bucket.first)}</b>: ${formatEnergy(hass, bucket.energy)}${bucket.cost === null
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

  private tell<What extends keyof Told>(what: What, detail: Told[What]): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  static override styles = [
    shared,
    controls,
    css`
      .chart {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 20px;
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
      .none {
        margin: 0;
        padding: 80px 0;
        text-align: center;
      }
      .source {
        margin: 0;
        font-size: var(--ha-font-size-s, 12px);
      }
      @media (max-width: 700px) {
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

define("smart-charge-point-usage-chart", UsageChart);
