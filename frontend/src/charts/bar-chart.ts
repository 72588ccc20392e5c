/** Bars over time; one is pointed at with the mouse, a finger or the arrow keys, and may be opened. */

import { range } from "d3-array";
import { css, nothing, svg, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";

import { define } from "../element.ts";
import { formatNumber } from "../formats.ts";
import type { Bucket } from "../ledger.ts";
import { barsOf, labelled, type Bars, type Measure } from "./bar-geometry.ts";
import { Chart } from "./chart.ts";

const MARGIN = 66;
const HEIGHT = 260;
/** px that a text below takes, with its gap. */
const LABEL = 64;
/** px between bars, in which a short name has no room. */
const NARROW = 36;

const sameTimes = (some: readonly Bucket[], others: readonly Bucket[]): boolean =>
  some.length === others.length && some[0]?.first === others[0]?.first;

class BarChart extends Chart {
  static override properties: PropertyDeclarations = {
    buckets: { attribute: false },
    measure: { attribute: false },
    currency: { attribute: false },
    today: { attribute: false },
    label: { attribute: false },
    hint: { attribute: false },
    shortOf: { attribute: false },
    letterOf: { attribute: false },
    describe: { attribute: false },
  };

  declare buckets: readonly Bucket[];
  declare measure: Measure;
  declare currency: string;
  /** The civil day; what goes on beyond it is drawn lighter, as it is not over. */
  declare today: string;
  declare label: string;
  /** Said while no bar is pointed at. */
  declare hint: string;
  /** Says a bar's time below the chart. */
  declare shortOf: (bucket: Bucket) => string;
  /** Says it by a letter, for bars too narrow for more; undefined where a letter says nothing. */
  declare letterOf: ((bucket: Bucket) => string) | undefined;
  /** Says all about a bar. */
  declare describe: (bucket: Bucket) => string | TemplateResult;

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("buckets") as readonly Bucket[] | undefined;
    // The same bars with newer figures leave whoever reads one where they are.
    if (before !== undefined && !sameTimes(before, this.buckets)) {
      this.pointed = undefined;
    }
  }

  protected override get stops(): readonly number[] {
    return range(this.buckets.length);
  }

  protected override positionAt(part: number): number | undefined {
    const index = Math.floor(part * this.buckets.length);
    return index >= 0 && index < this.buckets.length ? index : undefined;
  }

  protected override open(position: number): void {
    const bucket = this.buckets[position];
    if (bucket !== undefined) {
      this.dispatchEvent(new CustomEvent<Bucket>("opened", { detail: bucket }));
    }
  }

  protected override render(): TemplateResult {
    const width = this.plotWidth(MARGIN);
    const drawn = barsOf(this.buckets, this.measure, width, HEIGHT);
    const { bars, y, step, ticks } = drawn;
    const said = step < NARROW && this.letterOf !== undefined ? this.letterOf : this.shortOf;
    const most = said === this.letterOf ? bars.length : Math.max(3, Math.floor(width / LABEL));
    const labels = labelled(bars.length, most);
    const { pointed } = this;
    const at = pointed === undefined ? undefined : this.buckets[pointed];
    return this.renderChart({
      name: this.label,
      margin: MARGIN,
      height: HEIGHT,
      across: ticks.map((tick) => ({ at: y(tick), text: this.tick(tick, drawn) })),
      below: bars.flatMap(({ bucket, left }, index) =>
        labels.has(index) ? [{ at: left + drawn.width / 2, text: said(bucket) }] : [],
      ),
      drawing: svg`
        ${pointed === undefined
          ? nothing
          : svg`<rect class="pointed" x=${pointed * step} y="0" width=${step} height=${HEIGHT}></rect>`}
        ${bars.map(({ bucket, left, pieces }) =>
          pieces.map(
            ({ part, from, to }) =>
              svg`<rect class="${part} ${bucket.last >= this.today ? "running" : ""}" x=${left} width=${drawn.width} y=${y(to)} height=${y(from) - y(to)}></rect>`,
          ),
        )}
        ${(ticks[0] ?? 0) < 0
          ? svg`<line class="zero" x1="0" x2=${width} y1=${y(0)} y2=${y(0)}></line>`
          : nothing}`,
      caption: at === undefined ? this.hint : this.describe(at),
    });
  }

  private tick(value: number, { digits, ticks }: Bars): string {
    const { hass } = this;
    const as = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    if (this.measure === "cost") {
      // Half a pound is said as money is: with both decimals.
      const decimals = digits === 0 ? 0 : Math.max(2, digits);
      return formatNumber(hass, value, {
        style: "currency",
        currency: this.currency,
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
    }
    const number = formatNumber(hass, value, as);
    return value === ticks.at(-1) ? `${number} kWh` : number;
  }

  static override styles = [
    ...Chart.styles,
    css`
      figure {
        cursor: pointer;
      }
      .zero {
        stroke: var(--secondary-text-color);
      }
      .pointed {
        fill: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
      }
      .energy,
      .cost {
        fill: var(--primary-color);
        rx: 2px;
      }
      .running {
        opacity: 0.65;
      }
      .solar {
        fill: var(--energy-solar-color, #ff9800);
      }
      .battery {
        fill: var(--energy-battery-out-color, #4db6ac);
      }
      .grid {
        fill: var(--energy-grid-consumption-color, #488fc2);
      }
      .unknown {
        fill: color-mix(in srgb, var(--primary-text-color) 24%, transparent);
      }
      .caption {
        display: block;
        min-height: 40px;
        font-size: inherit;
      }
    `,
  ];
}

define("smart-charge-point-bars", BarChart);
