import { expect, it } from "vitest";

import { isThere, type SessionsPage } from "../src/ledger.ts";
import { columnsOf } from "../src/sessions/columns.ts";

const page = (sources: SessionsPage["sources"], solar: number | null): SessionsPage =>
  ({ sessions: [], sources, totals: { solar, cost: null } }) as unknown as SessionsPage;

it.each([
  [["solar"], 0, true],
  [["solar"], null, false],
  [["battery"], 0, false],
  [[], 0, false],
  [[], 12, true],
] as const)("has a column of the sun where the home has panels or had any of it: %s, %s", (sources, solar, shown) => {
  expect(columnsOf(page(sources, solar)).includes("solar")).toBe(shown);
});

it("says nothing of a home battery that is not there", () => {
  expect(isThere("battery", { sources: ["solar"] }, 0)).toBe(false);
  expect(isThere("battery", { sources: ["solar"] }, 30)).toBe(true);
});
