import { describe, expect, it } from "vitest";

import { barsOf, labelled, partsOf } from "../src/charts/bar-geometry.ts";
import { curveOf, nearest, pathsOf } from "../src/charts/power-geometry.ts";
import { momentsWithin, ticksTo } from "../src/charts/scale.ts";
import type { Bucket } from "../src/ledger.ts";
import { changeOf } from "../src/months/comparison.ts";

const bucket = (fields: Partial<Bucket>): Bucket => ({
  first: "2026-11-01",
  last: "2026-11-30",
  sessions: 1,
  energy: 0,
  flow_time: 0,
  cost: null,
  cost_complete: true,
  solar: null,
  battery: null,
  grid: null,
  sourced: 0,
  co2: null,
  estimated: false,
  ...fields,
});

describe("scales", () => {
  it.each([0.03, 0.9, 1, 7.36, 22, 99, 100, 1234])("have round steps that reach %d", (most) => {
    const ticks = ticksTo(most);
    expect(ticks[0]).toBe(0);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * 0.999);
    expect(ticks.at(-2)).toBeLessThan(most);
    expect(ticks.length).toBeLessThanOrEqual(6);
  });

  it("have a height where there is nothing", () => {
    expect(ticksTo(0)).toEqual([0, 1]);
    expect(ticksTo(Number.NaN)).toEqual([0, 1]);
  });

  it("have whole hours and quarters within", () => {
    const start = Date.parse("2026-11-21T19:06:00Z");
    const moments = momentsWithin(start, start + 12 * 3_600_000, 5);
    expect(moments.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual([
      "21:00",
      "00:00",
      "03:00",
      "06:00",
    ]);
  });
});

describe("bars", () => {
  it("stand on each other and come to the energy, what is not known of it too", () => {
    const november = bucket({ energy: 100_000, solar: 30_000, battery: 10_000, grid: 40_000 });
    expect(partsOf(november, "source")).toEqual([
      { part: "solar", value: 30 },
      { part: "battery", value: 10 },
      { part: "grid", value: 40 },
      { part: "unknown", value: 20 },
    ]);
    const { bars, ticks } = barsOf([november], "source");
    expect(ticks.at(-1)).toBe(100);
    expect(bars[0]?.pieces.map(({ from, to }) => [from, to])).toEqual([
      [0, 0.3],
      [0.3, 0.4],
      [0.4, 0.8],
      [0.8, 1],
    ]);
  });

  it("are not there where nothing is known or nothing flowed", () => {
    expect(barsOf([bucket({ cost: null })], "cost").bars[0]?.pieces).toEqual([]);
    expect(barsOf([], "energy").bars).toEqual([]);
  });

  it("bear labels as there is room, the last one always", () => {
    expect([...labelled(31, 8)].sort((a, b) => a - b)).toEqual([2, 6, 10, 14, 18, 22, 26, 30]);
    expect(labelled(12, 20).size).toBe(12);
  });
});

describe("curves", () => {
  const start = Date.parse("2026-11-21T20:00:00Z");
  const point = (minute: number, power: number | null): [string, number | null, null] => [
    new Date(start + minute * 60_000).toISOString(),
    power,
    null,
  ];

  it("break where nothing is known", () => {
    const curve = curveOf(
      [point(0, 0), point(10, 3000), point(20, null), point(30, 3000), point(40, 0)],
      [],
      start,
      start + 40 * 60_000,
    );
    expect(curve.ticks).toEqual([0, 1000, 2000, 3000]);
    expect(pathsOf(curve).line).toBe("M0 100L250 0M750 0L1000 100");
  });

  it("show a limit that is near, and are not pressed down by one that is far", () => {
    const reason = (power: number): Parameters<typeof curveOf>[1][number] => ({
      since: "",
      until: "",
      reason: "limited",
      text: "",
      limit: 1,
      power,
    });
    const samples = [point(0, 3000), point(10, 3000)];
    expect(curveOf(samples, [reason(4000)], start, start).ticks.at(-1)).toBeGreaterThanOrEqual(4000);
    expect(curveOf(samples, [reason(22_000)], start, start).ticks.at(-1)).toBe(3000);
  });

  it("have a length however short the session was", () => {
    const curve = curveOf([], [], start, start);
    expect(curve.end).toBeGreaterThan(curve.start);
    expect(pathsOf(curve).line).toBe("");
  });

  it("find the point that lies nearest", () => {
    const points = [0, 10, 40].map((minute) => ({ at: start + minute * 60_000, power: 1 }));
    expect(nearest(points, start + 24 * 60_000)).toBe(1);
    expect(nearest(points, start + 26 * 60_000)).toBe(2);
    expect(nearest([], start)).toBe(-1);
  });
});

describe("comparisons", () => {
  it("say by which part it is more or less", () => {
    expect(changeOf(bucket({ energy: 150 }), bucket({ energy: 100 }), "energy")).toBeCloseTo(0.5);
    expect(changeOf(bucket({ cost: 8 }), bucket({ cost: 10 }), "cost")).toBeCloseTo(-0.2);
  });

  it("say nothing where nothing was, or not all is known", () => {
    expect(changeOf(bucket({ energy: 150 }), bucket({}), "energy")).toBeUndefined();
    expect(changeOf(bucket({ energy: 5000 }), bucket({ energy: 1 }), "energy")).toBeUndefined();
    expect(
      changeOf(bucket({ cost: 8 }), bucket({ cost: 10, cost_complete: false }), "cost"),
    ).toBeUndefined();
  });
});
