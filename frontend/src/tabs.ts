/** The tabs of the panel. Each is an element in a chunk of its own, loaded when it is first opened. */

import type { HomeAssistant } from "./home-assistant.ts";
import type { Overview, Role } from "./overview.ts";
import type { Say } from "./texts.ts";

/** What each tab is given. `clockAhead` is how many ms the home's clock is ahead of this browser's. */
export interface TabElement extends HTMLElement {
  hass: HomeAssistant;
  say: Say;
  overview: Overview;
  clockAhead: number;
  /** What follows the tab in the address, such as the session that is open; empty at its start. */
  path: string;
}

export interface Tab {
  /** Its place in the address; its name is the text `tabs.<id>`. */
  id: string;
  icon: string;
  tag: string;
  roles: readonly Role[];
  load: () => Promise<unknown>;
}

export const TABS: readonly [Tab, ...Tab[]] = [
  {
    id: "now",
    icon: "mdi:ev-station",
    tag: "smart-charge-point-now",
    roles: ["administrator", "person", "user"],
    load: () => import("./now/now-tab.ts"),
  },
  {
    id: "sessions",
    icon: "mdi:format-list-bulleted",
    tag: "smart-charge-point-sessions",
    roles: ["administrator", "person"],
    load: () => import("./sessions/sessions-tab.ts"),
  },
  {
    id: "months",
    icon: "mdi:chart-bar",
    tag: "smart-charge-point-months",
    roles: ["administrator", "person"],
    load: () => import("./months/months-tab.ts"),
  },
  {
    id: "assessment",
    icon: "mdi:file-certificate-outline",
    tag: "smart-charge-point-assessment",
    roles: ["administrator"],
    load: () => import("./assessment/assessment-tab.ts"),
  },
];

/** Return the tabs that somebody of this role sees. */
export const tabsFor = (role: Role): readonly Tab[] =>
  TABS.filter((tab) => tab.roles.includes(role));

/** Return the tab that an address means, the first one where it means none, and what follows it. */
export const tabAt = (tabs: readonly Tab[], path: string): { tab: Tab; path: string } => {
  const [id, ...rest] = path.split("/").filter((part) => part !== "");
  const tab = tabs.find((each) => each.id === id);
  return tab === undefined
    ? { tab: tabs[0] ?? TABS[0], path: "" }
    : { tab, path: rest.join("/") };
};
