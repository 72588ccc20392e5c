/** The ribbon: a day of one connector, eight hours of it behind now, with what may be charged and what was. */

import { css, html, LitElement, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";

import { isolated } from "../direction.ts";
import { define } from "../element.ts";
import {
  formatEnergy,
  formatHour,
  formatMoment,
  formatPower,
  formatTime,
} from "../formats.ts";
import { DOMAIN, type HomeAssistant } from "../home-assistant.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import { drawingOf, HOUR, placeOf, SLOT, type Band, type Drawing, type Kind, type RibbonData } from "./geometry.ts";

/** How often it is asked for anew, in ms, although nothing was told to have changed. */
const RENEW = 60_000;
const DAY = 24 * HOUR;
const LEGEND: readonly Kind[] = ["hours", "more", "delay", "less"];

class Ribbon extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    deviceId: { attribute: false },
    connector: { attribute: false },
    now: { attribute: false },
    revision: { attribute: false },
    data: { state: true },
    pointed: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare deviceId: string;
  declare connector: number;
  /** The home's time, ms. */
  declare now: number;
  /** Differs when the plan may have changed. */
  declare revision: string;
  private declare data: RibbonData | undefined;
  private declare pointed: number | undefined;
  private declare asked: string | undefined;
  private declare askedAt: number;

  constructor() {
    super();
    this.askedAt = 0;
  }

  protected override willUpdate(): void {
    const about = `${this.deviceId}/${this.connector}/${this.revision}/${this.hass.language}`;
    if (about !== this.asked || Date.now() - this.askedAt > RENEW) {
      this.asked = about;
      this.askedAt = Date.now();
      void this.ask(about);
    }
  }

  private async ask(about: string): Promise<void> {
    try {
      const data = await this.hass.callWS<RibbonData>({
        type: `${DOMAIN}/panel/ribbon`,
        device_id: this.deviceId,
        connector: this.connector,
        language: this.hass.language,
      });
      if (about === this.asked) {
        this.data = data;
      }
    } catch {
      // What is drawn stays; it is asked for again in a minute, or when the connector changes.
    }
  }

  protected override render(): TemplateResult {
    const { hass, say, data } = this;
    if (data === undefined) {
      return html`<div class="strip"></div><div class="axis"></div><p class="caption">&nbsp;</p>`;
    }
    const drawing = drawingOf(data, this.now, hass.config.time_zone, say("ribbon.past"));
    const x = (moment: number): number => placeOf(drawing, moment);
    const left = (moment: number): string => `left: ${x(moment) * 100}%`;
    const box = (
      start: number,
      end: number,
      top: number,
      height: number,
      kind: string,
    ): SVGTemplateResult =>
      svg`<rect class=${kind} x=${x(start) * 1000} width=${(x(end) - x(start)) * 1000}
        y=${top} height=${height}></rect>`;
    return html`
      <figure
        dir="ltr"
        tabindex="0"
        role="group"
        aria-label=${say("ribbon.label")}
        aria-describedby="caption"
        @keydown=${this.move}
        @blur=${this.pointAway}
        @pointermove=${this.point}
        @pointerdown=${this.point}
        @pointerleave=${this.pointAway}
      >
        <svg
          class="strip"
          viewBox="0 0 1000 100"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <defs>
            <pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse">
              <rect class="stripe" width="3" height="6"></rect>
            </pattern>
          </defs>
          ${drawing.bands.map((band) =>
            band.kind === "none"
              ? nothing
              : box(band.start, band.end, 100 - band.height * 100, band.height * 100, band.kind),
          )}
          ${drawing.events.map((event) => box(event.start, event.end, 0, 7, `event ${event.kind}`))}
          ${drawing.bars.map((bar) =>
            box(
              bar.start + SLOT * 0.08,
              Math.min(bar.start + SLOT * 0.92, Math.max(drawing.now, bar.start + SLOT * 0.2)),
              100 - bar.height * 88,
              bar.height * 88,
              "bar",
            ),
          )}
          ${drawing.ticks.map(
            (tick) =>
              svg`<line class="grid" x1=${x(tick) * 1000} x2=${x(tick) * 1000} y1="0" y2="100"></line>`,
          )}
        </svg>
        <div class="now" style=${left(drawing.now)}></div>
        ${this.pointed === undefined
          ? nothing
          : html`<div class="pointer" style=${left(this.pointed)}></div>`}
        <div class="axis" aria-hidden="true">
          ${drawing.ticks.map((tick) =>
            Math.abs(x(tick) - x(drawing.now)) < 0.09 || x(tick) > 0.96 || x(tick) < 0.02
              ? nothing
              : html`<span style=${left(tick)}>${formatHour(hass, new Date(tick))}</span>`,
          )}
          <span class="at-now" style=${left(drawing.now)}>${say("ribbon.now")}</span>
        </div>
      </figure>
      <p class="caption" id="caption" aria-live="polite">
        ${this.pointed === undefined
          ? this.renderLegend(drawing)
          : this.describe(drawing, this.pointed)}
      </p>
      <ul class="hidden" aria-label=${say("ribbon.label")}>
        ${drawing.bands
          .filter(({ kind }) => kind !== "none" && kind !== "past")
          .map((band) => html`<li>${this.span(band)}: ${isolated(band.text)}</li>`)}
        ${drawing.events.map((event) => html`<li>${this.span(event)}: ${isolated(event.text)}</li>`)}
        ${drawing.bars.map(
          (bar) => html`<li>
            ${this.span({ start: bar.start, end: bar.start + SLOT })}:
            ${say("ribbon.charged")} ${formatEnergy(hass, bar.energy)}
          </li>`,
        )}
      </ul>
    `;
  }

  private renderLegend(drawing: Drawing): TemplateResult {
    const { say } = this;
    const kinds = LEGEND.filter((kind) => drawing.bands.some((band) => band.kind === kind));
    return html`${drawing.bars.length > 0
      ? html`<span><i class="bar"></i>${say("ribbon.charged")}</span>`
      : nothing}
    ${kinds.map((kind) => html`<span><i class=${kind}></i>${say(`ribbon.${kind}`)}</span>`)}
    ${drawing.events.length > 0
      ? html`<span><i class="event"></i>${say("ribbon.event")}</span>`
      : nothing}`;
  }

  /** Say what was charged at a moment, and what may be. */
  private describe(drawing: Drawing, moment: number): TemplateResult {
    const { hass, say } = this;
    const at = ({ start, end }: { start: number; end: number }): boolean =>
      start <= moment && moment < end;
    const bar = drawing.bars.find(({ start }) => at({ start, end: start + SLOT }));
    const band = drawing.bands.find(at);
    const event = drawing.events.find(at);
    return html`${band === undefined
      ? html`<span>${formatMoment(hass, new Date(moment))}</span>`
      : html`<span>
          <b>${this.span(band)}</b> ${isolated(band.text)}${band.power === null || band.power === 0
            ? nothing
            : html`, ${say("ribbon.at_most", { power: formatPower(hass, band.power) })}`}
        </span>`}
    ${event === undefined ? nothing : html`<span>${isolated(event.text)}</span>`}
    ${bar === undefined
      ? nothing
      : html`<span>
          <i class="bar"></i>${this.span({ start: bar.start, end: bar.start + SLOT })}
          ${formatEnergy(hass, bar.energy)}
        </span>`}`;
  }

  private span({ start, end }: Pick<Band, "start" | "end">): string {
    // What lasts for days ends on another one at the same time of day.
    const format = end - start < DAY ? formatTime : formatMoment;
    return `${format(this.hass, new Date(start))}\u2013${format(this.hass, new Date(end))}`;
  }

  private point(event: PointerEvent): void {
    const strip = this.renderRoot.querySelector(".strip")?.getBoundingClientRect();
    if (this.data === undefined || strip === undefined || strip.width === 0) {
      return;
    }
    const { start, end } = drawingOf(this.data, this.now, this.hass.config.time_zone, "");
    this.pointed = start + ((event.clientX - strip.left) / strip.width) * (end - start);
  }

  /** Go through the day by the arrow keys, half an hour at a time. */
  private move(event: KeyboardEvent): void {
    if (this.data === undefined) {
      return;
    }
    const { start, end } = drawingOf(this.data, this.now, this.hass.config.time_zone, "");
    const last = end - SLOT;
    const from = this.pointed;
    const to: Record<string, number> = {
      ArrowRight: from === undefined ? this.now : Math.min(from + SLOT, last),
      ArrowLeft: from === undefined ? this.now : Math.max(from - SLOT, start),
      Home: start,
      End: last,
    };
    const wanted = to[event.key];
    if (wanted !== undefined) {
      event.preventDefault();
      this.pointed = wanted;
    }
  }

  private pointAway(): void {
    this.pointed = undefined;
  }

  static override styles = [
    shared,
    css`
      :host {
        --charged: var(--success-color, #43a047);
        --may: color-mix(in srgb, var(--primary-color) 24%, transparent);
        --event: var(--purple-color, #926bc7);
      }
      figure {
        position: relative;
        margin: 0;
        border-radius: 10px;
        cursor: crosshair;
        touch-action: pan-y;
      }
      .strip {
        display: block;
        width: 100%;
        height: 88px;
        border-radius: 10px;
        background: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
      }
      rect.past {
        fill: color-mix(in srgb, var(--primary-color) 12%, transparent);
      }
      rect.hours {
        fill: var(--may);
      }
      rect.more {
        fill: color-mix(in srgb, var(--primary-color) 46%, transparent);
      }
      rect.delay {
        fill: url("#stripes");
      }
      .stripe {
        fill: color-mix(in srgb, var(--warning-color) 60%, transparent);
      }
      rect.less {
        fill: color-mix(in srgb, var(--event) 30%, transparent);
      }
      rect.event {
        fill: var(--event);
      }
      rect.bar {
        fill: var(--charged);
      }
      .grid {
        stroke: color-mix(in srgb, var(--primary-text-color) 10%, transparent);
        vector-effect: non-scaling-stroke;
      }
      .now,
      .pointer {
        position: absolute;
        top: 0;
        width: 2px;
        height: 88px;
        margin-left: -1px;
        background: var(--primary-text-color);
        pointer-events: none;
      }
      .pointer {
        width: 1px;
        opacity: 0.5;
      }
      .axis {
        position: relative;
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
      .axis .at-now {
        color: var(--primary-text-color);
        font-weight: 500;
      }
      .caption {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 16px;
        min-height: 20px;
        margin: 6px 0 0;
        color: var(--secondary-text-color);
        font-size: var(--ha-font-size-s, 12px);
      }
      .caption b {
        color: var(--primary-text-color);
        font-weight: 500;
      }
      i {
        display: inline-block;
        width: 10px;
        height: 10px;
        margin-inline-end: 6px;
        border-radius: 3px;
      }
      i.bar {
        background: var(--charged);
      }
      i.hours {
        background: color-mix(in srgb, var(--primary-color) 34%, transparent);
      }
      i.more {
        background: color-mix(in srgb, var(--primary-color) 56%, transparent);
      }
      i.delay {
        background: var(--warning-color);
      }
      i.less,
      i.event {
        background: var(--event);
      }
    `,
  ];
}

define("smart-charge-point-ribbon", Ribbon);
