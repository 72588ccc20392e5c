/** Now: every connector of the home. */

import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { define } from "../element.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { noWallbox, nothingStyles } from "../nothing.ts";
import type { ChargePoint, Overview } from "../overview.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import "./connector-card.ts";
import { LivePower } from "./live-power.ts";

class NowTab extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    overview: { attribute: false },
    clockAhead: { attribute: false },
    path: { attribute: false },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare overview: Overview;
  declare clockAhead: number;
  declare path: string;
  private readonly live = new Map<string, LivePower>();
  private ticking: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.look);
    this.look();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("overview")) {
      this.look();
    }
  }

  protected override render(): TemplateResult {
    const { overview, say } = this;
    if (overview.charge_points.length === 0) {
      return noWallbox(say, overview);
    }
    return html`<div class="cards">
      ${repeat(
        overview.charge_points.flatMap((chargePoint) =>
          chargePoint.connectors.map((connector) => ({ chargePoint, connector })),
        ),
        ({ chargePoint, connector }) => `${chargePoint.device_id}/${connector.number}`,
        ({ chargePoint, connector }) =>
          html`<smart-charge-point-connector
            .hass=${this.hass}
            .say=${say}
            .name=${this.nameOf(chargePoint, connector.number)}
            .currency=${overview.currency ?? this.hass.config.currency}
            .connector=${connector}
            .samples=${this.live.get(chargePoint.device_id)?.of(connector.number) ?? []}
            .now=${Date.now() + this.clockAhead}
          ></smart-charge-point-connector>`,
      )}
    </div>`;
  }

  private nameOf({ name, connectors }: ChargePoint, number: number): string {
    return connectors.length < 2 ? name : this.say("connector", { name, number });
  }

  /** Follow the power of what there is, while somebody looks. */
  private readonly look = (): void => {
    const seen = this.isConnected && document.visibilityState === "visible";
    const devices = new Set(
      seen && this.hasUpdated ? this.overview.charge_points.map((each) => each.device_id) : [],
    );
    for (const [deviceId, live] of this.live) {
      if (!devices.has(deviceId)) {
        live.stop();
        this.live.delete(deviceId);
      }
    }
    for (const deviceId of devices) {
      const live =
        this.live.get(deviceId) ??
        new LivePower(this.hass.connection, deviceId, () => {
          this.requestUpdate();
        });
      this.live.set(deviceId, live);
      live.start();
    }
    if (seen && this.ticking === undefined) {
      this.ticking = window.setInterval(() => {
        this.requestUpdate();
      }, 1000);
    } else if (!seen) {
      window.clearInterval(this.ticking);
      this.ticking = undefined;
    }
  };

  protected override firstUpdated(): void {
    this.look();
  }

  static override styles = [
    shared,
    nothingStyles,
    css`
      .cards {
        display: grid;
        gap: 16px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr));
        align-items: start;
      }
    `,
  ];
}

define("smart-charge-point-now", NowTab);
