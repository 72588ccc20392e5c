import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { HomeAssistant } from "../src/home-assistant.ts";
import type { Overview } from "../src/overview.ts";
import "../src/panel.ts";
import { tabAt, TABS } from "../src/tabs.ts";

interface Panel extends HTMLElement {
  hass: HomeAssistant;
  route: { prefix: string; path: string };
  narrow: boolean;
  updateComplete: Promise<boolean>;
}

const stop = vi.fn();
let tell: (overview: Overview) => void;
let subscribe: ReturnType<typeof vi.fn<(...told: never[]) => Promise<() => void>>>;
let panel: Panel;

const localize = (key: string): string => key.split("config_panel.")[1] ?? "";
const hass = (language = "en"): HomeAssistant =>
  ({
    connection: { subscribeMessage: subscribe },
    language,
    locale: { language, number_format: "language", time_format: "language" },
    config: { time_zone: "Europe/London", currency: "GBP" },
    dockedSidebar: "docked",
    localize,
    loadBackendTranslation: () => Promise.resolve(localize),
    callWS: () => new Promise(() => undefined),
    callService: () => Promise.resolve(),
  }) as unknown as HomeAssistant;

const told = (more: Partial<Overview> = {}): Overview => ({
  now: "2026-11-23T20:00:00+00:00",
  ready: true,
  role: "user",
  persons: [],
  currency: "GBP",
  charge_points: [],
  ...more,
});
const shown = (): ShadowRoot => {
  if (panel.shadowRoot === null) {
    throw new Error("the panel shows nothing");
  }
  return panel.shadowRoot;
};
const inTab = (): string =>
  shown().querySelector("smart-charge-point-now")?.shadowRoot?.textContent ?? "";

beforeEach(async () => {
  stop.mockClear();
  subscribe = vi.fn((listener: (overview: Overview) => void) => {
    tell = listener;
    return Promise.resolve(stop);
  });
  panel = document.createElement("smart-charge-point-panel") as Panel;
  Object.assign(panel, {
    hass: hass(),
    route: { prefix: "/smart_charge_point", path: "" },
    narrow: false,
  });
  document.body.append(panel);
  await vi.waitFor(() => {
    expect(shown().querySelector("h1")?.textContent).toBe("title");
  });
});

afterEach(() => {
  panel.remove();
});

describe("the panel", () => {
  it("shows a user the connectors as they are now, and no bar for the only tab", async () => {
    tell(told());
    await vi.waitFor(() => {
      expect(inTab()).toContain("no_wallbox");
    });
    expect(shown().querySelector("[role=tablist]")).toBeNull();
  });

  it("says that the integration does not run, and goes on when it does", async () => {
    tell(told({ ready: false }));
    await vi.waitFor(() => {
      expect(shown().querySelector("[role=status]")?.textContent).toBe("not_running");
    });
    tell(told());
    await vi.waitFor(() => {
      expect(inTab()).toContain("no_wallbox");
    });
  });

  it("asks once, again in another language, and no longer once it is left", async () => {
    expect(subscribe).toHaveBeenCalledTimes(1);
    panel.hass = hass("de");
    await panel.updateComplete;
    expect(subscribe).toHaveBeenLastCalledWith(
      expect.anything(),
      expect.objectContaining({ language: "de" }),
    );
    await vi.waitFor(() => {
      expect(stop).toHaveBeenCalledTimes(1);
    });
    panel.remove();
    await vi.waitFor(() => {
      expect(stop).toHaveBeenCalledTimes(2);
    });
  });

  it("gets its texts later where the connection was lost just then", async () => {
    const loadBackendTranslation = vi.fn().mockRejectedValue(new Error("lost"));
    panel.hass = { ...hass("de"), loadBackendTranslation };
    await vi.waitFor(() => {
      expect(loadBackendTranslation).toHaveBeenCalled();
    });
    const german = (key: string): string => `${localize(key)} auf Deutsch`;
    await vi.waitFor(() => {
      panel.hass = { ...hass("de"), loadBackendTranslation: (): Promise<typeof german> => Promise.resolve(german) };
      expect(shown().querySelector("h1")?.textContent).toBe("title auf Deutsch");
    });
  });

  it("opens the menu on a phone", async () => {
    expect(shown().querySelector(".menu")).toBeNull();
    panel.narrow = true;
    await panel.updateComplete;
    const opened = vi.fn();
    panel.addEventListener("hass-toggle-menu", opened);
    shown().querySelector<HTMLElement>(".menu")?.click();
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it("says that it has to be reloaded where the files of its version are gone, until it is", async () => {
    const sessions = tabAt(TABS, "/sessions").tab;
    const load = vi.spyOn(sessions, "load").mockRejectedValue(new TypeError("not found"));
    panel.route = { prefix: "/smart_charge_point", path: "/sessions" };
    tell(told({ role: "administrator" }));
    await vi.waitFor(() => {
      expect(shown().querySelector("[role=alert]")?.textContent).toContain("reload");
    });
    tell(told({ role: "administrator", now: "2026-11-23T20:00:10+00:00" }));
    await panel.updateComplete;
    expect(shown().querySelector("[role=alert] button")?.textContent).toContain("reload_now");
    expect(load).toHaveBeenCalledTimes(1);

    panel.route = { prefix: "/smart_charge_point", path: "/now" };
    await vi.waitFor(() => {
      expect(inTab()).toContain("no_wallbox");
    });
    expect(shown().querySelector("[role=alert]")).toBeNull();

    shown().querySelector<HTMLElement>("#tab-sessions")?.click();
    panel.route = { prefix: "/smart_charge_point", path: "/sessions" };
    await vi.waitFor(() => {
      expect(load).toHaveBeenCalledTimes(2);
    });
  });

  it("says so too where a part of the tab that is open cannot be loaded", async () => {
    tell(told());
    await vi.waitFor(() => {
      expect(inTab()).toContain("no_wallbox");
    });
    shown()
      .querySelector("smart-charge-point-now")
      ?.dispatchEvent(new CustomEvent("unloadable", { bubbles: true }));
    await panel.updateComplete;
    expect(shown().querySelector("[role=alert]")?.textContent).toContain("reload");
  });

  it("says why nothing is known", async () => {
    subscribe.mockRejectedValue(new Error("no connection"));
    panel.hass = hass("fr");
    await vi.waitFor(() => {
      expect(shown().querySelector("[role=alert]")?.textContent).toBe("no connection");
    });
  });
});
