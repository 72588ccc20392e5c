import { describe, expect, it } from "vitest";

import { addDays, dayAt, daysOf, lastOfMonth, lengthOf, monthAfter, twelveMonths } from "../src/days.ts";

const at = (time_zone: string): Parameters<typeof dayAt>[0] => ({
  config: { time_zone, currency: "GBP" },
});
const NONE = { start: null, end: null };

describe("the day is the home's", () => {
  it("is tomorrow already in the east, and yesterday still in the west", () => {
    const evening = Date.parse("2026-11-21T23:30:00Z");
    expect(dayAt(at("Europe/London"), evening)).toBe("2026-11-21");
    expect(dayAt(at("Asia/Kolkata"), evening)).toBe("2026-11-22");
    expect(dayAt(at("America/Denver"), Date.parse("2026-11-21T03:00:00Z"))).toBe("2026-11-20");
  });
});

describe("days and months follow the calendar", () => {
  it("goes over the ends of months and years, and leap days", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
    expect(lastOfMonth("2027-02-10")).toBe("2027-02-28");
    expect(monthAfter("2026-01-31", -1)).toBe("2025-12-01");
    expect(monthAfter("2026-12-05", 1)).toBe("2027-01-01");
  });

  it("counts days over a change of the clocks as days", () => {
    expect(lengthOf("2026-03-28", "2026-03-30")).toBe(3);
    expect(lengthOf("2026-11-21", "2026-11-21")).toBe(1);
  });
});

describe("periods by name", () => {
  const today = "2026-01-15";
  it.each([
    ["this_month", "2026-01-01", "2026-01-31"],
    ["last_month", "2025-12-01", "2025-12-31"],
    ["this_year", "2026-01-01", "2026-12-31"],
    ["last_year", "2025-01-01", "2025-12-31"],
    ["last_12_months", "2025-01-15", "2026-01-15"],
    ["all", null, null],
  ] as const)("knows %s", (name, start, end) => {
    expect(daysOf(name, today, NONE)).toEqual({ start, end });
  });

  it("takes the owner's own as they are", () => {
    const own = { start: "2026-01-02", end: null };
    expect(daysOf("custom", today, own)).toEqual(own);
  });

  it("has twelve whole months for bars", () => {
    expect(twelveMonths("2026-11-21")).toEqual({ start: "2025-12-01", end: "2026-11-30" });
  });
});
