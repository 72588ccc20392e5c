/** The panel "Charging": its head with the tabs, and the tab that is open. */

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";

import { define } from "./element.ts";
import { navigate, type HomeAssistant, type Route, type Unsubscribe } from "./home-assistant.ts";
import { subscribeOverview, type Overview } from "./overview.ts";
import { shared } from "./styles.ts";
import { tabAt, tabsFor, type Tab, type TabElement } from "./tabs.ts";
import { loadTexts, sayError, type Say } from "./texts.ts";

class ChargingPanel extends LitElement {
  static override properties = {
    hass: { attribute: false },
    narrow: { type: Boolean },
    route: { attribute: false },
    say: { state: true },
    overview: { state: true },
    problem: { state: true },
    unloadable: { state: true },
    shown: { state: true },
  };

  declare hass?: HomeAssistant;
  declare narrow: boolean;
  declare route?: Route;
  private declare say: Say | undefined;
  private declare overview: Overview | undefined;
  private declare problem: string | undefined;
  /** The tab that, or a part of which, could not be loaded. */
  private declare unloadable: Tab | undefined;
  private declare shown: { tab: Tab; element: TabElement } | undefined;
  private inView: Tab | undefined;
  /** The language that the texts are of, or are just being loaded in. */
  private spoken: string | undefined;
  private declare language: string | undefined;
  private declare clockAhead: number;
  private declare unsubscribe: Promise<Unsubscribe> | undefined;

  constructor() {
    super();
    this.narrow = false;
    this.clockAhead = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The first time it is begun with the texts.
    if (this.language !== undefined) {
      this.watch();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.leave();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (this.hass === undefined) {
      return;
    }
    if (this.hass.language !== this.language) {
      this.language = this.hass.language;
      this.leave();
      this.watch();
    }
    if (this.spoken !== this.language) {
      void this.speak(this.hass, this.language);
    }
    if (changed.has("route") || changed.has("overview") || changed.has("unloadable")) {
      void this.open();
    }
    if (this.shown !== undefined && this.say !== undefined && this.overview !== undefined) {
      Object.assign(this.shown.element, {
        hass: this.hass,
        say: this.say,
        overview: this.overview,
        clockAhead: this.clockAhead,
        path: this.place?.path ?? "",
      });
    }
  }

  protected override render(): TemplateResult {
    const { hass, say } = this;
    if (hass === undefined || say === undefined) {
      return html``;
    }
    const tabs = this.tabs;
    return html`
      <header>
        <div class="bar">
          ${this.narrow || hass.dockedSidebar === "always_hidden"
            ? html`<button class="menu" aria-label=${say("menu")} @click=${this.toggleMenu}>
                <ha-icon icon="mdi:menu"></ha-icon>
              </button>`
            : nothing}
          <h1>${say("title")}</h1>
        </div>
        ${tabs.length < 2 ? nothing : this.renderTabs(say, tabs)}
      </header>
      <main @unloadable=${this.notLoaded}>
        <div
          id="tab"
          role=${tabs.length < 2 ? nothing : "tabpanel"}
          aria-labelledby=${tabs.length < 2 || this.place === undefined
            ? nothing
            : `tab-${this.place.tab.id}`}
        >
          ${this.renderTab(say)}
        </div>
      </main>
    `;
  }

  protected override updated(): void {
    // On a phone the tabs may be wider than the page.
    const tab = this.place?.tab;
    const shown = this.renderRoot.querySelector('[aria-selected="true"]');
    if (shown !== null && tab !== this.inView) {
      this.inView = tab;
      shown.scrollIntoView({ block: "nearest", inline: "center" });
    }
  }

  private renderTabs(say: Say, tabs: readonly Tab[]): TemplateResult {
    const open = this.place?.tab;
    return html`<div class="tabs" role="tablist" @keydown=${this.moveTab}>
      ${tabs.map(
        (tab) =>
          html`<button
            id="tab-${tab.id}"
            role="tab"
            aria-controls="tab"
            aria-selected=${tab === open}
            tabindex=${tab === open ? 0 : -1}
            @click=${(): void => {
              this.go(tab);
            }}
          >
            <ha-icon icon=${tab.icon}></ha-icon><span>${say(`tabs.${tab.id}`)}</span>
          </button>`,
      )}
    </div>`;
  }

  private renderTab(say: Say): TemplateResult | TabElement {
    if (this.problem !== undefined) {
      return html`<p class="notice" role="alert">${this.problem}</p>`;
    }
    if (this.overview === undefined) {
      return html`<p class="quiet" role="status">${say("loading")}</p>`;
    }
    if (!this.overview.ready) {
      return html`<p class="quiet" role="status">${say("not_running")}</p>`;
    }
    if (this.unloadable !== undefined && this.unloadable === this.place?.tab) {
      return html`<div class="notice" role="alert">
        <p>${say("reload")}</p>
        <button @click=${this.reload}>
          <ha-icon icon="mdi:refresh"></ha-icon>${say("reload_now")}
        </button>
      </div>`;
    }
    return this.shown?.element ?? html`<p class="quiet" role="status">${say("loading")}</p>`;
  }

  private get tabs(): readonly Tab[] {
    return this.overview?.role === undefined ? [] : tabsFor(this.overview.role);
  }

  private get place(): { tab: Tab; path: string } | undefined {
    const tabs = this.tabs;
    return tabs.length === 0 ? undefined : tabAt(tabs, this.route?.path ?? "");
  }

  /** Load the tab that the address means, and show it. */
  private async open(): Promise<void> {
    const tab = this.place?.tab;
    if (tab === undefined || tab === this.shown?.tab || tab === this.unloadable) {
      return;
    }
    try {
      await tab.load();
    } catch {
      this.unloadable = tab;
      return;
    }
    if (tab === this.place?.tab && tab !== this.shown?.tab) {
      this.shown = { tab, element: document.createElement(tab.tag) as TabElement };
    }
  }

  /** The files of an earlier version are gone after an update of the integration. */
  private notLoaded(): void {
    this.unloadable = this.place?.tab;
  }

  private reload(): void {
    window.location.reload();
  }

  private go(tab: Tab): void {
    // Whoever presses its tab tries again.
    this.unloadable = undefined;
    navigate(`${this.route?.prefix ?? ""}/${tab.id}`);
  }

  /** The arrow keys go from tab to tab, as in every list of tabs. */
  private async moveTab(event: KeyboardEvent): Promise<void> {
    const tabs = this.tabs;
    const at = tabs.findIndex((tab) => tab === this.place?.tab);
    const forwards = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const to: Record<string, number> = {
      ArrowRight: at + forwards,
      ArrowLeft: at - forwards,
      Home: 0,
      End: tabs.length - 1,
    };
    const index = to[event.key];
    const tab = index === undefined ? undefined : tabs.at(index % tabs.length);
    if (tab === undefined) {
      return;
    }
    event.preventDefault();
    this.go(tab);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`#tab-${tab.id}`)?.focus();
  }

  private toggleMenu(): void {
    this.dispatchEvent(new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true }));
  }

  private async speak(hass: HomeAssistant, language: string): Promise<void> {
    this.spoken = language;
    try {
      const say = await loadTexts(hass);
      if (language === this.language) {
        this.say = say;
      }
    } catch {
      // The connection was lost just then; with it comes what Home Assistant tells next.
      if (language === this.language) {
        this.spoken = undefined;
      }
    }
  }

  /** Follow what the connectors do. */
  private watch(): void {
    const { hass } = this;
    if (hass === undefined || this.unsubscribe !== undefined || !this.isConnected) {
      return;
    }
    this.unsubscribe = subscribeOverview(hass, (overview) => {
      this.clockAhead = Date.parse(overview.now) - Date.now();
      this.overview = overview;
      this.problem = undefined;
    });
    this.unsubscribe.catch((error: unknown) => {
      this.unsubscribe = undefined;
      this.problem = this.say === undefined ? undefined : sayError(hass, this.say, error);
    });
  }

  private leave(): void {
    const { unsubscribe } = this;
    this.unsubscribe = undefined;
    void unsubscribe?.then((stop) => stop()).catch(() => undefined);
  }

  static override styles = [
    shared,
    css`
      :host {
        min-height: 100%;
        background: var(--primary-background-color);
      }
      header {
        position: sticky;
        top: 0;
        z-index: 2;
        border-bottom: var(--app-header-border-bottom, none);
        background: var(--app-header-background-color);
        color: var(--app-header-text-color, var(--text-primary-color));
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 4px;
        height: var(--header-height, 56px);
        padding: 0 12px;
      }
      h1 {
        margin: 0 8px;
        font-size: var(--ha-font-size-xl, 20px);
        font-weight: var(--ha-font-weight-normal, 400);
      }
      header button {
        background: none;
        color: inherit;
      }
      header button:hover {
        background: color-mix(in srgb, currentcolor 10%, transparent);
      }
      header button ha-icon {
        color: inherit;
      }
      header :focus-visible {
        outline-color: currentcolor;
        outline-offset: -4px;
      }
      .menu {
        width: 48px;
        padding: 0;
      }
      .menu ha-icon {
        --mdc-icon-size: 24px;
      }
      .tabs {
        display: flex;
        overflow-x: auto;
        padding: 0 8px;
        scrollbar-width: none;
      }
      .tabs button {
        flex: 0 0 auto;
        min-height: 48px;
        border-bottom: 2px solid transparent;
        border-radius: 0;
        opacity: 0.75;
      }
      .tabs button[aria-selected="true"] {
        border-bottom-color: currentcolor;
        opacity: 1;
      }
      @media (max-width: 500px) {
        .tabs {
          padding: 0;
        }
        .tabs button {
          flex: 1 0 auto;
          padding: 0 12px;
        }
        .tabs ha-icon {
          display: none;
        }
      }
      main {
        max-width: 1200px;
        margin: 0 auto;
        padding: 16px;
      }
      .notice p {
        margin: 0 0 10px;
      }
      .quiet {
        padding: 48px 16px;
        color: var(--secondary-text-color);
        text-align: center;
      }
    `,
  ];
}

define("smart-charge-point-panel", ChargingPanel);
