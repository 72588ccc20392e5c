/** What bars stand for, and where they lie. */

import { range } from "d3-array";
import { scaleBand } from "d3-scale";
import { stack, stackOffsetDiverging } from "d3-shape";

import type { Bucket } from "../ledger.ts";
import { upwards, type Upwards } from "./scale.ts";

export type Measure = "energy" | "cost" | "source";

export const SOURCES = ["solar", "battery", "grid", "unknown"] as const;
export type Part = (typeof SOURCES)[number] | "energy" | "cost";

const PARTS: Readonly<Record<Measure, readonly Part[]>> = {
  energy: ["energy"],
  cost: ["cost"],
  source: SOURCES,
};

/** In px: a few bars are not drawn as wide as they could be. */
const WIDEST = 72;
const STEPS = 4;

export interface Piece {
  part: Part;
  /** From and to which value it reaches, upwards: kWh, or money. */
  from: number;
  to: number;
}

export interface Bar {
  bucket: Bucket;
  /** px from the left. */
  left: number;
  pieces: readonly Piece[];
}

export interface Bars extends Upwards {
  bars: readonly Bar[];
  /** px that each bar is wide, and has with the gap beside it. */
  width: number;
  step: number;
}

/** Return what a bucket is made of by a measure, from the bottom up. */
export const partsOf = (bucket: Bucket, measure: Measure): readonly { part: Part; value: number }[] => {
  switch (measure) {
    case "energy":
      return [{ part: "energy", value: bucket.energy / 1000 }];
    case "cost":
      return [{ part: "cost", value: bucket.cost ?? 0 }];
    case "source": {
      const { solar, battery, grid } = bucket;
      const known = [solar, battery, grid].map((energy) => Math.max(0, energy ?? 0));
      const unknown = Math.max(0, bucket.energy - known.reduce((sum, each) => sum + each, 0));
      return [...known, unknown].map((energy, index) => ({
        part: SOURCES[index] ?? "unknown",
        value: energy / 1000,
      }));
    }
  }
};

/** Return the bars of buckets in a chart of `width` by `height` px; what is less than nothing hangs below zero. */
export const barsOf = (
  buckets: readonly Bucket[],
  measure: Measure,
  width: number,
  height: number,
): Bars => {
  const values = buckets.map(
    (bucket) => new Map(partsOf(bucket, measure).map(({ part, value }) => [part, value])),
  );
  const stacked = stack<unknown, ReadonlyMap<Part, number>, Part>()
    .keys(PARTS[measure])
    .value((parts, part) => parts.get(part) ?? 0)
    .offset(stackOffsetDiverging)(values);
  const gap = buckets.length > 120 ? 0.1 : 0.24;
  const band = scaleBand(range(buckets.length), [0, width]).paddingInner(gap).paddingOuter(gap / 2);
  const wide = Math.min(band.bandwidth(), WIDEST);
  return {
    ...upwards(stacked.flat(2), height, STEPS),
    width: wide,
    step: band.step(),
    bars: buckets.map((bucket, index) => ({
      bucket,
      left: (band(index) ?? 0) + (band.bandwidth() - wide) / 2,
      pieces: stacked.flatMap((layer) => {
        const [from, to] = layer[index] ?? [0, 0];
        return from < to ? [{ part: layer.key, from, to }] : [];
      }),
    })),
  };
};

/** Return which of `count` bars bear a label, so that at most `most` do, the last one among them. */
export const labelled = (count: number, most: number): ReadonlySet<number> =>
  new Set(range(count - 1, -1, -Math.max(1, Math.ceil(count / most))));
