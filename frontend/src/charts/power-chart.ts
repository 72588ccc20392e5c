/** The power of a session over time, with the limits that held, and why, below it. */

import { precisionFixed } from "d3-format";
import { css, html, nothing, svg, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";

import { dayAt } from "../days.ts";
import { isolated } from "../direction.ts";
import { define } from "../element.ts";
import { formatNumber, formatPower, formatTime, formatWeekday } from "../formats.ts";
import type { ReasonSpan, WholeSession } from "../ledger.ts";
import { lookOf } from "../now/states.ts";
import { Chart } from "./chart.ts";
import { momentsWithin } from "./moments.ts";
import { curveOf, nearest, type Curve, type CurvePoint } from "./power-geometry.ts";

const MARGIN = 52;
const HEIGHT = 220;
/** px that lie at least from a text below to the next, and those from the edge within which there is none. */
const LABEL = 60;
const EDGE = 18;
/** How many texts are tried below, until they have room. */
const COUNTS = [8, 7, 6, 5, 4, 3, 2];
const MINUTE = 60_000;
const DAY = 24 * 3_600_000;
/** So many presses of an arrow key go through a session. */
const KEYS = 40;

class PowerChart extends Chart {
  static override properties: PropertyDeclarations = {
    session: { attribute: false },
  };

  declare session: WholeSession;

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("session") as WholeSession | undefined;
    // A session that runs is told anew while somebody reads it.
    if (before !== undefined && before.id !== this.session.id) {
      this.pointed = undefined;
    }
  }

  private get curve(): Curve {
    const { session } = this;
    return curveOf(
      session.samples,
      session.reasons,
      Date.parse(session.started_at),
      Date.parse(session.stopped_at ?? session.now),
      this.plotWidth(MARGIN),
      HEIGHT,
    );
  }

  protected override get stops(): readonly number[] {
    const { points } = this.curve;
    const step = Math.max(1, Math.round(points.length / KEYS));
    return points
      .filter((_, index) => index % step === 0 || index === points.length - 1)
      .map(({ at }) => at);
  }

  protected override positionAt(part: number): number | undefined {
    const { x, points } = this.curve;
    return nearest(points, x.invert(part * this.plotWidth(MARGIN)))?.at;
  }

  protected override render(): TemplateResult {
    const { hass, say, session, curve, pointed } = this;
    const { x, y, ticks } = curve;
    const at = pointed === undefined ? undefined : nearest(curve.points, pointed);
    const place = (moment: string): number => x(Date.parse(moment));
    const digits = precisionFixed(((ticks[1] ?? 0) - (ticks[0] ?? 0)) / 1000);
    return this.renderChart({
      name: say("session.curve"),
      margin: MARGIN,
      height: HEIGHT,
      across: ticks.map((tick) => {
        const number = formatNumber(hass, tick / 1000, {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        });
        return { at: y(tick), text: tick === ticks.at(-1) ? `${number} kW` : number };
      }),
      below: this.timesOf(curve),
      drawing: svg`<path class="area" d=${curve.area}></path>
        <path class="line" d=${curve.line}></path>
        <path class="limit" d=${curve.limit}></path>`,
      over:
        at === undefined
          ? nothing
          : html`<div class="pointer" style="left: ${x(at.at)}px">
              ${at.power === null ? nothing : html`<i style="top: ${y(at.power)}px"></i>`}
            </div>`,
      under:
        session.reasons.length === 0
          ? nothing
          : html`<div class="reasons" aria-hidden="true">
        ${session.reasons.map(({ reason, since, until }) => {
          const wide = Math.max(2, place(until) - place(since));
          return html`<span
            class=${lookOf(reason)[0]}
            style="left: ${place(since)}px; width: ${wide}px"
          ></span>`;
        })}
      </div>`,
      caption: at === undefined ? say("session.curve_hint") : this.describe(at),
    });
  }

  private timesOf({ x }: Curve): { at: number; text: string }[] {
    const { hass } = this;
    const width = this.plotWidth(MARGIN);
    const [start = 0, end = 0] = x.domain();
    const moments =
      COUNTS.map((count) => momentsWithin(start, end, hass.config.time_zone, count)).find(
        // What is told in minutes is not marked by the second.
        ([first = start, second = end]) =>
          x(second) - x(first) >= LABEL && second - first >= MINUTE,
      ) ?? [];
    return moments
      .map((moment) => ({ at: x(moment), moment: new Date(moment) }))
      .filter(({ at }) => at > EDGE && at < width - EDGE)
      .map(({ at, moment }) => ({ at, text: this.timeAt(moment, end - start) }));
  }

  /** Say a moment of a session; where it lasts for days, a day begins with its name. */
  private timeAt(moment: Date, lasting: number): string {
    const { hass } = this;
    const before = new Date(moment.getTime() - 1);
    return lasting > DAY && dayAt(hass, moment.getTime()) !== dayAt(hass, before.getTime())
      ? formatWeekday(hass, moment)
      : formatTime(hass, moment);
  }

  private describe({ at, power }: CurvePoint): TemplateResult {
    const { hass, say } = this;
    const span = this.reasonAt(at);
    return html`<b>${formatTime(hass, new Date(at))}</b>
      ${power === null ? say("unknown") : formatPower(hass, power)}
      ${span === undefined ? nothing : html`<span>${isolated(span.text)}</span>`}
      ${span?.power == null
        ? nothing
        : html`<span>${say("ribbon.at_most", { power: formatPower(hass, span.power) })}</span>`}`;
  }

  private reasonAt(at: number): ReasonSpan | undefined {
    return this.session.reasons.find(
      ({ since, until }) => Date.parse(since) <= at && at < Date.parse(until),
    );
  }

  static override styles = [
    ...Chart.styles,
    css`
      .area {
        fill: color-mix(in srgb, var(--primary-color) 22%, transparent);
      }
      .line {
        fill: none;
        stroke: var(--primary-color);
        stroke-width: 2;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .limit {
        fill: none;
        stroke: var(--warning-color, #ffa600);
        stroke-width: 2;
        stroke-dasharray: 6 5;
      }
      .pointer i {
        position: absolute;
        left: -5px;
        width: 11px;
        height: 11px;
        margin-top: -5px;
        border: 2px solid var(--ha-card-background, var(--card-background-color));
        border-radius: 50%;
        background: var(--primary-color);
      }
      .reasons {
        position: relative;
        grid-column: 2;
        height: 8px;
        margin-top: 8px;
        overflow: hidden;
        border-radius: 4px;
        background: color-mix(in srgb, var(--primary-text-color) 7%, transparent);
      }
      .reasons span {
        position: absolute;
        height: 100%;
        background: color-mix(in srgb, var(--primary-text-color) 30%, transparent);
      }
      .reasons .flow {
        background: var(--success-color, #43a047);
      }
      .reasons .wait {
        background: var(--primary-color);
      }
      .reasons .pause {
        background: var(--warning-color, #ffa600);
      }
      .reasons .fault {
        background: var(--error-color);
      }
    `,
  ];
}

define("smart-charge-point-power-chart", PowerChart);
