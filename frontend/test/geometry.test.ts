import { describe, expect, it } from "vitest";

import { drawingOf, hourOf, lineOf, placeOf, type RibbonData, type Segment } from "../src/now/geometry.ts";

const NOW = Date.parse("2026-11-23T20:10:00Z");
const at = (text: string): string => `2026-11-${text}:00+00:00`;
const segment = (start: string, end: string, reason: string, charges = true): Segment => ({
  start: at(start),
  end: at(end),
  power: charges ? 7360 : 0,
  charges,
  reason,
  text: reason,
});
const data: RibbonData = {
  now: at("23T20:10"),
  start: at("22T20:00"),
  end: at("24T20:10"),
  maximum_power: 7360,
  plan: [
    segment("23T20:10", "23T22:00", "outside_charging_hours", false),
    segment("23T22:00", "23T22:05", "random_delay", false),
    segment("23T22:05", "24T08:00", "charging_hours"),
    segment("24T08:00", "24T11:00", "outside_charging_hours", false),
    segment("24T15:00", "24T20:10", "charging_hours"),
  ],
  hours: [
    { start: at("22T22:00"), end: at("23T08:00") },
    { start: at("23T11:00"), end: at("23T16:00") },
  ],
  events: [
    { start: at("23T22:30"), end: at("23T23:00"), direction: "down", outcome: "announced", text: "a" },
    { start: at("23T23:30"), end: at("24T00:00"), direction: "up", outcome: "cancelled", text: "b" },
  ],
  charged: [
    { start: at("23T03:00"), energy: 3680 },
    { start: at("23T12:00"), energy: 3680 },
    { start: at("23T12:30"), energy: 1840 },
    { start: at("23T13:00"), energy: 9999 },
  ],
};
const drawing = drawingOf(data, NOW, "Europe/London", "past");

describe("the ribbon", () => {
  it("shows a day, a third of it behind now", () => {
    expect(new Date(drawing.start).toISOString()).toBe("2026-11-23T12:00:00.000Z");
    expect(drawing.end - drawing.start).toBe(86_400_000);
    expect(placeOf(drawing, NOW)).toBeCloseTo(8.17 / 24, 2);
  });

  it("keeps to what is within that day", () => {
    expect(drawing.bands.map(({ kind }) => kind)).toEqual([
      "past",
      "none",
      "delay",
      "hours",
      "none",
    ]);
    expect(placeOf(drawing, drawing.start - 1)).toBe(0);
    expect(placeOf(drawing, drawing.end + 1)).toBe(1);
  });

  it("draws what was charged as mean power, never above the most that may flow", () => {
    expect(drawing.bars.map(({ height }) => height)).toEqual([1, 0.5, 1]);
  });

  it("draws less current lower", () => {
    const half = { ...data, plan: [{ ...segment("23T20:10", "24T20:10", "owner_limit"), power: 3680 }] };
    expect(drawingOf(half, NOW, "Europe/London", "").bands.at(-1)).toMatchObject({
      kind: "less",
      height: 0.5,
    });
  });

  it("leaves out events that were taken back", () => {
    expect(drawing.events.map(({ kind, text }) => [kind, text])).toEqual([["less", "a"]]);
  });

  it("has a tick every four hours of the home, over a change of the clocks too", () => {
    const before = Date.parse("2027-03-27T22:00:00Z");
    const { ticks } = drawingOf(data, before, "Europe/London", "");
    expect(ticks.map((tick) => hourOf(tick, "Europe/London"))).toEqual([16, 20, 0, 4, 8, 12]);
  });

  it("has ticks where time zones lie between two hours", () => {
    expect(drawingOf(data, NOW, "Asia/Kolkata", "").ticks).toHaveLength(6);
  });
});

describe("the line of the latest power", () => {
  it("ends at now and leaves out what is older than is drawn, or was not told", () => {
    const sample = (seconds: number, power: number | null): { at: string; power: number | null } => ({
      at: new Date(NOW - seconds * 1000).toISOString(),
      power,
    });
    expect(lineOf([sample(601, 1), sample(300, 500), sample(10, null), sample(0, 2000)], NOW, 600_000, 1000)).toEqual([
      [0.5, 0.5],
      [1, 1],
    ]);
  });
});
