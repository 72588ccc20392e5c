/** Turning the pages of a list. */

import { css, html, LitElement, type TemplateResult } from "lit";

import { define } from "../element.ts";
import { formatNumber } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";

/** Fires `turned` with how many rows are passed over then. */
class Paging extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    offset: { attribute: false },
    size: { attribute: false },
    count: { attribute: false },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare offset: number;
  /** Rows of a page, and of all pages. */
  declare size: number;
  declare count: number;

  protected override render(): TemplateResult {
    const { hass, say, offset, size, count } = this;
    const last = Math.min(offset + size, count);
    return html`<nav aria-label=${say("sessions.pages")}>
      <button
        aria-label=${say("sessions.newer")}
        aria-disabled=${offset === 0}
        @click=${(): void => {
          this.turn(Math.max(0, offset - size));
        }}
      >
        <ha-icon class="turning" icon="mdi:chevron-left"></ha-icon>
      </button>
      <span role="status"
        >${say("sessions.page", {
          first: formatNumber(hass, Math.min(offset + 1, count)),
          last: formatNumber(hass, last),
          count: formatNumber(hass, count),
        })}</span
      >
      <button
        aria-label=${say("sessions.older")}
        aria-disabled=${last >= count}
        @click=${(): void => {
          if (last < count) {
            this.turn(offset + size);
          }
        }}
      >
        <ha-icon class="turning" icon="mdi:chevron-right"></ha-icon>
      </button>
    </nav>`;
  }

  private turn(detail: number): void {
    this.dispatchEvent(new CustomEvent("turned", { detail }));
  }

  static override styles = [
    shared,
    css`
      nav {
        display: flex;
        align-items: center;
        gap: 8px;
        font-variant-numeric: tabular-nums;
      }
      button {
        width: 44px;
        padding: 0;
      }
    `,
  ];
}

define("smart-charge-point-paging", Paging);
