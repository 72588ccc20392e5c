/** What bars stand for, and how high they are. */

import type { Bucket } from "../ledger.ts";
import { ticksTo } from "./scale.ts";

export type Measure = "energy" | "cost" | "source";

export const SOURCES = ["solar", "battery", "grid", "unknown"] as const;
export type Part = (typeof SOURCES)[number] | "energy" | "cost";

export interface Piece {
  part: Part;
  /** kWh, or money. */
  value: number;
  /** From and to where it reaches, in parts of the chart's height from its bottom. */
  from: number;
  to: number;
}

export interface Bar {
  bucket: Bucket;
  pieces: readonly Piece[];
}

export interface Bars {
  bars: readonly Bar[];
  ticks: readonly number[];
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

/** Return the bars of buckets; what cost less than nothing hangs below none. */
export const barsOf = (buckets: readonly Bucket[], measure: Measure): Bars => {
  const made = buckets.map((bucket) => partsOf(bucket, measure));
  const sums = made.map((parts) => parts.reduce((sum, { value }) => sum + Math.max(0, value), 0));
  const ticks = ticksTo(Math.max(0, ...sums));
  const top = ticks.at(-1) ?? 1;
  return {
    ticks,
    bars: buckets.map((bucket, index) => {
      let from = 0;
      const pieces: Piece[] = [];
      for (const { part, value } of made[index] ?? []) {
        if (value > 0) {
          const to = from + value / top;
          pieces.push({ part, value, from, to });
          from = to;
        }
      }
      return { bucket, pieces };
    }),
  };
};

/** Return which of `count` bars bear a label, so that at most `most` do, the last one among them. */
export const labelled = (count: number, most: number): ReadonlySet<number> => {
  const step = Math.max(1, Math.ceil(count / most));
  const chosen = new Set<number>();
  for (let index = count - 1; index >= 0; index -= step) {
    chosen.add(index);
  }
  return chosen;
};
