import { expect, it } from "vitest";

import { TABS, tabAt, tabsFor, type Tab } from "../src/tabs.ts";

const sessions: Tab = {
  id: "sessions",
  icon: "",
  tag: "x",
  roles: ["administrator"],
  load: () => Promise.resolve(),
};
const tabs = [...TABS, sessions];

it("finds the tab that an address means, and what follows it", () => {
  expect(tabAt(tabs, "/sessions/12")).toEqual({ tab: sessions, path: "12" });
  expect(tabAt(tabs, "/sessions")).toEqual({ tab: sessions, path: "" });
});

it("shows the first tab where an address means none", () => {
  expect(tabAt(tabs, "").tab.id).toBe("now");
  expect(tabAt(tabs, "/nothing/12")).toEqual({ tab: TABS[0], path: "" });
});

it("gives everybody the connectors as they are now", () => {
  for (const role of ["administrator", "person", "user"] as const) {
    expect(tabsFor(role).map(({ id }) => id)).toContain("now");
  }
});

it("has no tab twice", () => {
  expect(new Set(TABS.map(({ id }) => id)).size).toBe(TABS.length);
});
