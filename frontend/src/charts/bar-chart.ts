/** Bars over time; one is pointed at with the mouse, a finger or the arrow keys, and may be opened. */

import { css, html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from "lit";

import { define } from "../element.ts";
import { formatMoney, formatNumber } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import type { Bucket } from "../ledger.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import { barsOf, labelled, type Measure } from "./bar-geometry.ts";

const sameTimes = (some: readonly Bucket[], others: readonly Bucket[]): boolean =>
  some.length === others.length && some[0]?.first === others[0]?.first;

class BarChart extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    buckets: { attribute: false },
    measure: { attribute: false },
    currency: { attribute: false },
    label: { attribute: false },
    shortOf: { attribute: false },
    describe: { attribute: false },
    pointed: { state: true },
    room: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare buckets: readonly Bucket[];
  declare measure: Measure;
  declare currency: string;
  declare label: string;
  /** Says a bar's time below the chart. */
  declare shortOf: (bucket: Bucket) => string;
  /** Says all about a bar. */
  declare describe: (bucket: Bucket) => string | TemplateResult;
  private declare pointed: number | undefined;
  private declare room: number;
  private readonly resized = new ResizeObserver(([entry]) => {
    this.room = entry?.contentRect.width ?? this.room;
  });

  constructor() {
    super();
    this.room = 800;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("buckets") as readonly Bucket[] | undefined;
    // The same bars with newer figures leave whoever reads one where they are.
    if (before !== undefined && !sameTimes(before, this.buckets)) {
      this.pointed = undefined;
    }
  }

  protected override render(): TemplateResult {
    const { bars, ticks } = barsOf(this.buckets, this.measure);
    const top = ticks.at(-1) ?? 1;
    const width = 1000 / Math.max(1, bars.length);
    const gap = bars.length > 120 ? 0.1 : 0.22;
    const labels = labelled(bars.length, Math.max(3, Math.floor(this.room / 64)));
    const { pointed } = this;
    const at = pointed === undefined ? undefined : this.buckets[pointed];
    return html`
      <figure
        dir="ltr"
        tabindex="0"
        role="group"
        aria-label=${this.label}
        aria-describedby="caption"
        @pointermove=${this.point}
        @pointerdown=${this.point}
        @pointerleave=${this.leave}
        @blur=${this.leave}
        @keydown=${this.move}
        @click=${this.open}
      >
        <div class="scale" aria-hidden="true">
          ${ticks.map(
            (tick) =>
              html`<span style="bottom: ${(tick / top) * 100}%">${this.tick(tick, top)}</span>`,
          )}
        </div>
        <div class="plot">
          <svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
            ${ticks.map((tick) => {
              const y = 100 - (tick / top) * 100;
              return svg`<line class="across" x1="0" x2="1000" y1=${y} y2=${y}></line>`;
            })}
            ${pointed === undefined
              ? nothing
              : svg`<rect class="pointed" x=${pointed * width} y="0" width=${width} height="100"></rect>`}
            ${bars.map(({ pieces }, index) =>
              pieces.map(
                ({ part, from, to }) =>
                  svg`<rect class=${part} x=${(index + gap / 2) * width} width=${(1 - gap) * width}
                    y=${100 - to * 100} height=${(to - from) * 100}></rect>`,
              ),
            )}
          </svg>
        </div>
        <div class="axis" aria-hidden="true">
          ${bars.map(({ bucket }, index) =>
            labels.has(index)
              ? html`<span style="left: ${((index + 0.5) / bars.length) * 100}%"
                  >${this.shortOf(bucket)}</span
                >`
              : nothing,
          )}
        </div>
      </figure>
      <p class="caption" id="caption" aria-live="polite">
        ${at === undefined ? this.say("usage.chart_hint") : this.describe(at)}
      </p>
    `;
  }

  private tick(value: number, top: number): string {
    const { hass } = this;
    const digits = top < 10 && !Number.isInteger(value) ? 1 : 0;
    if (this.measure === "cost") {
      return top < 10
        ? formatMoney(hass, value, this.currency)
        : formatNumber(hass, value, {
            style: "currency",
            currency: this.currency,
            maximumFractionDigits: 0,
          });
    }
    const number = formatNumber(hass, value, { maximumFractionDigits: digits });
    return value === top ? `${number} kWh` : number;
  }

  private point(event: PointerEvent): void {
    const box = this.renderRoot.querySelector(".plot")?.getBoundingClientRect();
    if (box === undefined || box.width === 0) {
      return;
    }
    const index = Math.floor(((event.clientX - box.left) / box.width) * this.buckets.length);
    this.pointed = index >= 0 && index < this.buckets.length ? index : undefined;
  }

  private move(event: KeyboardEvent): void {
    const last = this.buckets.length - 1;
    const { pointed } = this;
    const to: Record<string, number> = {
      ArrowRight: pointed === undefined ? 0 : pointed + 1,
      ArrowLeft: pointed === undefined ? last : pointed - 1,
      Home: 0,
      End: last,
    };
    const wanted = to[event.key];
    if (wanted !== undefined) {
      event.preventDefault();
      this.pointed = Math.min(last, Math.max(0, wanted));
    } else if (event.key === "Enter") {
      this.open();
    }
  }

  private open(): void {
    const bucket = this.pointed === undefined ? undefined : this.buckets[this.pointed];
    if (bucket !== undefined) {
      this.dispatchEvent(new CustomEvent<Bucket>("opened", { detail: bucket }));
    }
  }

  private leave(): void {
    this.pointed = undefined;
  }

  static override styles = [
    shared,
    css`
      figure {
        display: grid;
        grid-template-columns: auto 1fr;
        margin: 0;
        padding: 10px 6px 2px 0;
        border-radius: 8px;
        cursor: pointer;
        touch-action: pan-y;
      }
      .scale {
        position: relative;
        width: 60px;
        height: 260px;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
      }
      .scale span {
        position: absolute;
        right: 10px;
        transform: translateY(50%);
        white-space: nowrap;
      }
      .plot {
        height: 260px;
      }
      svg {
        display: block;
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      .across {
        stroke: var(--divider-color);
        vector-effect: non-scaling-stroke;
      }
      .pointed {
        fill: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
      }
      .energy,
      .cost {
        fill: var(--primary-color);
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
      .axis {
        position: relative;
        grid-column: 2;
        height: 20px;
        margin-top: 6px;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
      }
      .axis span {
        position: absolute;
        transform: translateX(-50%);
        white-space: nowrap;
      }
      .caption {
        min-height: 40px;
        margin: 8px 0 0;
        color: var(--secondary-text-color);
      }
    `,
  ];
}

define("smart-charge-point-bars", BarChart);
