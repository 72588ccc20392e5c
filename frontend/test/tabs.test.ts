import { expect, it } from "vitest";

import { TABS, tabAt, tabsFor, type Tab } from "../src/tabs.ts";

const other: Tab = {
  id: "other",
  icon: "",
  tag: "x",
  roles: ["administrator"],
  load: () => Promise.resolve(),
};
const tabs = [...TABS, other];

it("finds the tab that an address means, and what follows it", () => {
  expect(tabAt(tabs, "/other/12")).toEqual({ tab: other, path: "12" });
  expect(tabAt(tabs, "/other")).toEqual({ tab: other, path: "" });
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

it("shows sessions and sums to those only who see some", () => {
  expect(tabsFor("user").map(({ id }) => id)).toEqual(["now"]);
  for (const role of ["administrator", "person"] as const) {
    expect(tabsFor(role).map(({ id }) => id)).toEqual(
      expect.arrayContaining(["sessions", "months"]),
    );
  }
});

it("has no tab twice", () => {
  expect(new Set(TABS.map(({ id }) => id)).size).toBe(TABS.length);
});
