/** What all charts have in common: they are drawn as wide as there is room, read by pointer and keys, and say what is pointed at. */

import { bisectLeft, bisectRight } from "d3-array";
import { html, LitElement, nothing, svg, type PropertyDeclarations, type TemplateResult } from "lit";

import type { HomeAssistant } from "../home-assistant.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import { looks } from "./chart-styles.ts";

/** A text beside an axis, at px from its left or top. */
export interface Mark {
  at: number;
  text: string;
}

/** A chart as it is now. */
export interface Drawn {
  name: string;
  /** px that are kept for the texts at its left. */
  margin: number;
  /** px. */
  height: number;
  across: readonly Mark[];
  below: readonly Mark[];
  /** SVG in px of the plot. */
  drawing: unknown;
  /** Elements that lie over the drawing. */
  over?: unknown;
  /** Elements between the drawing and the texts below. */
  under?: unknown;
  caption: unknown;
}

export abstract class Chart extends LitElement {
  static override properties: PropertyDeclarations = {
    hass: { attribute: false },
    say: { attribute: false },
    pointed: { state: true },
    room: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  /** What is pointed at: a position on the axis below. */
  protected declare pointed: number | undefined;
  /** px that the whole is wide. */
  protected declare room: number;
  private readonly resized = new ResizeObserver(([entry]) => {
    this.room = entry?.contentRect.width ?? this.room;
  });

  constructor() {
    super();
    this.room = 800;
  }

  /** The positions that the arrow keys go to, upwards. */
  protected abstract get stops(): readonly number[];

  /** Return the position that lies at a part of the plot's width, from 0 to 1. */
  protected abstract positionAt(part: number): number | undefined;

  /** Do what Enter, or a click, at a position means. */
  protected open?(position: number): void;

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  /** Return the px that the plot is wide beside so many for texts. */
  protected plotWidth(margin: number): number {
    return Math.max(60, this.room - margin);
  }

  protected renderChart(drawn: Drawn): TemplateResult {
    const { margin, height, across } = drawn;
    const width = this.plotWidth(margin);
    return html`
      <figure
        dir="ltr"
        tabindex="0"
        role="group"
        aria-label=${drawn.name}
        aria-describedby="caption"
        style="--margin: ${margin}px; --height: ${height}px"
        @pointermove=${this.point}
        @pointerdown=${this.point}
        @pointerleave=${this.leave}
        @blur=${this.leave}
        @keydown=${this.move}
        @click=${this.enter}
      >
        <div class="scale" aria-hidden="true">
          ${across.map(({ at, text }) => html`<span style="top: ${at}px">${text}</span>`)}
        </div>
        <div class="plot">
          <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
            ${across.map(
              ({ at }) => svg`<line class="across" x1="0" x2=${width} y1=${at} y2=${at}></line>`,
            )}
            ${drawn.drawing}
          </svg>
          ${drawn.over ?? nothing}
        </div>
        ${drawn.under ?? nothing}
        <div class="axis" aria-hidden="true">
          ${drawn.below.map(({ at, text }) => html`<span style="left: ${at}px">${text}</span>`)}
        </div>
      </figure>
      <p class="caption" id="caption" aria-live="polite">${drawn.caption}</p>
    `;
  }

  private point(event: PointerEvent): void {
    const box = this.renderRoot.querySelector(".plot")?.getBoundingClientRect();
    if (box !== undefined && box.width > 0) {
      this.pointed = this.positionAt((event.clientX - box.left) / box.width);
    }
  }

  private move(event: KeyboardEvent): void {
    const { pointed, stops } = this;
    const last = stops.length - 1;
    const to: Record<string, number> = {
      ArrowRight: pointed === undefined ? 0 : bisectRight(stops, pointed),
      ArrowLeft: pointed === undefined ? last : bisectLeft(stops, pointed) - 1,
      Home: 0,
      End: last,
    };
    const wanted = to[event.key];
    if (wanted !== undefined) {
      event.preventDefault();
      this.pointed = stops[Math.min(last, Math.max(0, wanted))];
    } else if (event.key === "Enter") {
      this.enter();
    }
  }

  private enter(): void {
    if (this.pointed !== undefined) {
      this.open?.(this.pointed);
    }
  }

  private leave(): void {
    this.pointed = undefined;
  }

  static override styles = [shared, looks];
}
