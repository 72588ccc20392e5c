/** The power of a session over time, with the limits that held, and why, below it. */

import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";

import { define } from "../element.ts";
import { formatNumber, formatPower, formatTime } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import type { ReasonSpan, WholeSession } from "../ledger.ts";
import { lookOf } from "../now/states.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import { curveOf, nearest, pathsOf, placeOn, type Curve } from "./power-geometry.ts";
import { momentsWithin } from "./scale.ts";

class PowerChart extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    session: { attribute: false },
    pointed: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare session: WholeSession;
  private declare pointed: number | undefined;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("session")) {
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
    );
  }

  protected override render(): TemplateResult {
    const { hass, say, session, curve } = this;
    const { line, area } = pathsOf(curve);
    const top = curve.ticks.at(-1) ?? 1;
    const x = (at: number): number => placeOn(curve, at);
    const y = (power: number): number => 100 - (power / top) * 100;
    const at = this.pointed === undefined ? undefined : curve.points[this.pointed];
    return html`
      <figure
        dir="ltr"
        tabindex="0"
        role="group"
        aria-label=${say("session.curve")}
        aria-describedby="caption"
        @pointermove=${this.point}
        @pointerdown=${this.point}
        @pointerleave=${this.leave}
        @blur=${this.leave}
        @keydown=${this.move}
      >
        <div class="scale" aria-hidden="true">
          ${curve.ticks.map(
            (tick) =>
              html`<span style="top: ${y(tick)}%"
                >${formatNumber(hass, tick / 1000, { maximumFractionDigits: 2 })}${tick === top
                  ? " kW"
                  : nothing}</span
              >`,
          )}
        </div>
        <div class="plot">
          <svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
            ${curve.ticks.map(
              (tick) =>
                svg`<line class="grid" x1="0" x2="1000" y1=${y(tick)} y2=${y(tick)}></line>`,
            )}
            <path class="area" d=${area}></path>
            <path class="line" d=${line}></path>
            ${session.reasons.map((span) =>
              span.power === null || span.power > top
                ? nothing
                : svg`<line class="limit" x1=${x(Date.parse(span.since)) * 1000}
                    x2=${x(Date.parse(span.until)) * 1000} y1=${y(span.power)} y2=${y(span.power)}></line>`,
            )}
          </svg>
          ${at === undefined
            ? nothing
            : html`<div class="pointer" style="left: ${x(at.at) * 100}%">
                ${at.power === null ? nothing : html`<i style="top: ${y(at.power)}%"></i>`}
              </div>`}
        </div>
        <div class="reasons" aria-hidden="true">
          ${session.reasons.map((span) => {
            const from = x(Date.parse(span.since)) * 100;
            const to = x(Date.parse(span.until)) * 100;
            return html`<span
              class=${lookOf(span.reason)[0]}
              style="left: ${from}%; width: ${Math.max(0.3, to - from)}%"
            ></span>`;
          })}
        </div>
        <div class="axis" aria-hidden="true">
          ${momentsWithin(curve.start, curve.end, 5).map((moment) =>
            x(moment) < 0.03 || x(moment) > 0.97
              ? nothing
              : html`<span style="left: ${x(moment) * 100}%"
                  >${formatTime(hass, new Date(moment))}</span
                >`,
          )}
        </div>
      </figure>
      <p class="caption" id="caption" aria-live="polite">
        ${at === undefined ? say("session.curve_hint") : this.describe(at)}
      </p>
    `;
  }

  private describe({ at, power }: { at: number; power: number | null }): TemplateResult {
    const { hass, say } = this;
    const span = this.reasonAt(at);
    return html`<b>${formatTime(hass, new Date(at))}</b>
      ${power === null ? say("unknown") : formatPower(hass, power)}
      ${span === undefined ? nothing : html`<span>${span.text}</span>`}
      ${span?.power == null
        ? nothing
        : html`<span>${say("ribbon.at_most", { power: formatPower(hass, span.power) })}</span>`}`;
  }

  private reasonAt(at: number): ReasonSpan | undefined {
    return this.session.reasons.find(
      ({ since, until }) => Date.parse(since) <= at && at < Date.parse(until),
    );
  }

  private point(event: PointerEvent): void {
    const box = this.renderRoot.querySelector(".plot")?.getBoundingClientRect();
    if (box === undefined || box.width === 0) {
      return;
    }
    const { curve } = this;
    const part = (event.clientX - box.left) / box.width;
    const found = nearest(curve.points, curve.start + part * (curve.end - curve.start));
    this.pointed = found < 0 ? undefined : found;
  }

  private move(event: KeyboardEvent): void {
    const last = this.session.samples.length - 1;
    const step = Math.max(1, Math.round(last / 40));
    const now = this.pointed ?? -step;
    const to: Record<string, number> = {
      ArrowRight: now + step,
      ArrowLeft: now - step,
      Home: 0,
      End: last,
    };
    const wanted = to[event.key];
    if (wanted !== undefined && last >= 0) {
      event.preventDefault();
      this.pointed = Math.min(last, Math.max(0, wanted));
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
        cursor: crosshair;
        touch-action: pan-y;
      }
      .scale {
        position: relative;
        width: 48px;
        height: 220px;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
      }
      .scale span {
        position: absolute;
        right: 10px;
        transform: translateY(-50%);
        white-space: nowrap;
      }
      .plot {
        position: relative;
        height: 220px;
      }
      svg {
        display: block;
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      .grid {
        stroke: var(--divider-color);
        vector-effect: non-scaling-stroke;
      }
      .area {
        fill: color-mix(in srgb, var(--primary-color) 22%, transparent);
      }
      .line {
        fill: none;
        stroke: var(--primary-color);
        stroke-width: 2;
        stroke-linejoin: round;
        vector-effect: non-scaling-stroke;
      }
      .limit {
        stroke: var(--warning-color, #ffa600);
        stroke-width: 2;
        stroke-dasharray: 6 5;
        vector-effect: non-scaling-stroke;
      }
      .pointer {
        position: absolute;
        top: 0;
        bottom: 0;
        width: 1px;
        background: var(--secondary-text-color);
        pointer-events: none;
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
      .axis {
        position: relative;
        grid-column: 2;
        height: 20px;
        margin-top: 4px;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
      }
      .axis span {
        position: absolute;
        transform: translateX(-50%);
        white-space: nowrap;
      }
      .caption {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 10px;
        min-height: 20px;
        margin: 4px 0 0 48px;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
      }
      .caption b {
        color: var(--primary-text-color);
      }
    `,
  ];
}

define("smart-charge-point-power-chart", PowerChart);
