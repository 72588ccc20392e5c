import { describe, expect, it } from "vitest";

import { barsOf, labelled, partsOf } from "../src/charts/bar-geometry.ts";
import { momentsWithin } from "../src/charts/moments.ts";
import { curveOf, nearest } from "../src/charts/power-geometry.ts";
import { upwards } from "../src/charts/scale.ts";
import type { Bucket, ReasonSpan } from "../src/ledger.ts";
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

const START = Date.parse("2026-11-21T20:00:00Z");
const HOUR = 3_600_000;

/** Numbers that look random and are the same each time. */
const numbers = (count: number, seed: number): readonly number[] => {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  });
};

describe("scales", () => {
  const values = numbers(60, 7).map((part, index) => 10 ** (part * 8 - 3) * (index % 3 === 0 ? -1 : 1));

  it.each(values)("reach from below zero and %d to above them in even, round steps", (value) => {
    const { ticks, y } = upwards([value], 100, 4);
    const [first = 0, second = 0] = ticks;
    expect(ticks).toContain(0);
    expect(first).toBeLessThanOrEqual(Math.min(0, value));
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(0, value));
    expect([y(first), y(ticks.at(-1) ?? 0)]).toEqual([100, 0]);
    expect(ticks.length).toBeLessThanOrEqual(8);
    expect(Number((second - first).toPrecision(1))).toBeCloseTo(second - first, 9);
  });

  it("tell their ticks apart by as many decimals as that takes", () => {
    expect(upwards([0.03], 100, 4).digits).toBe(2);
    expect(upwards([1.5], 100, 4).digits).toBe(1);
    expect(upwards([22], 100, 4).digits).toBe(0);
  });

  it("have a height where there is nothing", () => {
    expect(upwards([], 100, 4).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  });
});

describe("moments", () => {
  const shown = (from: string, hours: number, zone: string, count: number): readonly string[] => {
    const start = Date.parse(from);
    const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
    return momentsWithin(start, start + hours * HOUR, zone, count).map((at) => format.format(at));
  };

  it("are whole hours of the home, wherever that is", () => {
    expect(shown("2026-11-21T19:06:00Z", 12, "Europe/London", 5)).toEqual(["21:00", "00:00", "03:00", "06:00"]);
    expect(shown("2026-11-21T19:06:00Z", 12, "Asia/Kolkata", 5)).toEqual(["03:00", "06:00", "09:00", "12:00"]);
    expect(shown("2026-07-21T19:06:00Z", 12, "Europe/London", 5)).toEqual(["21:00", "00:00", "03:00", "06:00"]);
  });

  it("go on at the same hours over a change of the clocks", () => {
    expect(shown("2026-03-28T19:06:00Z", 12, "Europe/London", 5)).toEqual(["21:00", "00:00", "03:00", "06:00"]);
    expect(shown("2026-10-24T19:06:00Z", 13, "Europe/London", 5)).toEqual(["21:00", "00:00", "03:00", "06:00"]);
  });

  it("leave out the hour that is not there, and have both of one name", () => {
    expect(shown("2026-03-29T00:00:00Z", 3, "Europe/London", 3)).toEqual(["00:00", "02:00", "03:00", "04:00"]);
    expect(shown("2026-10-24T23:00:00Z", 3, "Europe/London", 3)).toEqual(["00:00", "01:00", "01:00", "02:00"]);
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
    const { bars } = barsOf([november], "source", 1000, 100);
    expect(bars[0]?.pieces.map(({ from, to }) => [from, to])).toEqual([
      [0, 30],
      [30, 40],
      [40, 80],
      [80, 100],
    ]);
  });

  it("come to what their buckets do, and lie beside each other within the chart", () => {
    const parts = numbers(40, 11);
    const buckets = parts.map((part, index) =>
      bucket({
        first: `b${index}`,
        energy: part * 90_000,
        solar: part * 20_000,
        grid: index % 4 === 0 ? null : part * 30_000,
        cost: (part - 0.4) * 12,
      }),
    );
    for (const measure of ["energy", "cost", "source"] as const) {
      const drawn = barsOf(buckets, measure, 800, 260);
      drawn.bars.forEach(({ bucket: of, left, pieces }, index) => {
        const total = pieces.reduce((sum, { from, to }) => sum + (from < 0 ? from - to : to - from), 0);
        expect(total).toBeCloseTo(measure === "cost" ? (of.cost ?? 0) : of.energy / 1000, 9);
        expect(left).toBeGreaterThanOrEqual(index * drawn.step);
        expect(left + drawn.width).toBeLessThanOrEqual((index + 1) * drawn.step + 1e-9);
      });
    }
  });

  it("hang below zero where it cost less than nothing", () => {
    const { bars, ticks, y } = barsOf([bucket({ cost: -2 }), bucket({ cost: 5 })], "cost", 800, 260);
    expect(bars.map(({ pieces }) => pieces)).toEqual([
      [{ part: "cost", from: -2, to: 0 }],
      [{ part: "cost", from: 0, to: 5 }],
    ]);
    expect(ticks[0]).toBeLessThanOrEqual(-2);
    expect(y(-2)).toBeGreaterThan(y(0));
  });

  it("are not there where nothing is known or nothing flowed", () => {
    expect(barsOf([bucket({ cost: null })], "cost", 800, 260).bars[0]?.pieces).toEqual([]);
    expect(barsOf([], "energy", 800, 260).bars).toEqual([]);
  });

  it("bear labels as there is room, the last one always", () => {
    expect([...labelled(31, 8)].sort((a, b) => a - b)).toEqual([2, 6, 10, 14, 18, 22, 26, 30]);
    expect(labelled(12, 20).size).toBe(12);
  });
});

describe("curves", () => {
  const point = (minute: number, power: number | null): [string, number | null, null] => [
    new Date(START + minute * 60_000).toISOString(),
    power,
    null,
  ];
  const reason = (from: number, to: number, power: number | null): ReasonSpan => ({
    since: point(from, 0)[0],
    until: point(to, 0)[0],
    reason: "limited",
    text: "",
    limit: 1,
    power,
  });

  it("break where nothing is known", () => {
    const samples = [point(0, 0), point(10, 3000), point(20, null), point(30, 3000), point(40, 0)];
    const curve = curveOf(samples, [], START, START + 40 * 60_000, 1000, 100);
    expect(curve.ticks).toEqual([0, 1000, 2000, 3000]);
    expect(curve.line).toBe("M0,100L250,0M750,0L1000,100");
    expect(curve.area.match(/M/g)).toHaveLength(2);
  });

  it("have a step of their limit, broken where there was none", () => {
    const spans = [reason(0, 10, 3000), reason(10, 20, 1500), reason(20, 30, null), reason(30, 40, 3000)];
    const curve = curveOf([point(0, 3000)], spans, START, START + 40 * 60_000, 1000, 100);
    expect(curve.limit).toBe("M0,0L250,0L250,50L500,50M750,0L1000,0");
  });

  it("show a limit that is near, and are not pressed down by one that is far", () => {
    const top = (power: number): number | undefined =>
      curveOf([point(0, 3000)], [reason(0, 10, power)], START, START, 1000, 100).ticks.at(-1);
    expect(top(4000)).toBeGreaterThanOrEqual(4000);
    expect(top(22_000)).toBe(3000);
  });

  it("have a length however short the session was", () => {
    const { x, line } = curveOf([], [], START, START, 1000, 100);
    expect(x(START + 60_000)).toBe(1000);
    expect(line).toBe("");
  });

  it("find the point that lies nearest", () => {
    const points = [0, 10, 40].map((minute) => ({ at: START + minute * 60_000, power: 1 }));
    expect(nearest(points, START + 24 * 60_000)).toBe(points[1]);
    expect(nearest(points, START + 26 * 60_000)).toBe(points[2]);
    expect(nearest([], START)).toBeUndefined();
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
