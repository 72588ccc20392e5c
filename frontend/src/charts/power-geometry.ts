/** Where a session's curve and its limits lie. */

import { ascending, bisector } from "d3-array";
import { scaleLinear, type ScaleLinear } from "d3-scale";
import { area, line } from "d3-shape";

import type { Point, ReasonSpan } from "../ledger.ts";
import { upwards, type Upwards } from "./scale.ts";

/** W at a moment (ms); null where it is not known, or nothing is set. */
export interface CurvePoint {
  at: number;
  power: number | null;
}

export interface Curve extends Upwards {
  /** From a moment to px from the left. */
  x: ScaleLinear<number, number>;
  points: readonly CurvePoint[];
  /** SVG paths of the power, the area below it, and the limits. */
  line: string;
  area: string;
  limit: string;
}

const STEPS = 3;
/** A session that has just begun is drawn as if it had lasted so long, in ms. */
const SHORTEST = 60_000;

/** Return the limits that held as the points of a line, which is broken where there was none. */
const limitsOf = (reasons: readonly ReasonSpan[]): readonly CurvePoint[] =>
  reasons.flatMap(({ since, until, power }, index) => {
    const begins = { at: Date.parse(since), power };
    const ends = { at: Date.parse(until), power };
    return reasons[index + 1]?.since === until ? [begins, ends] : [begins, ends, { ...ends, power: null }];
  });

/** Return the curve of a session from `start` to `end` (ms) in a chart of `width` by `height` px. */
export const curveOf = (
  samples: readonly Point[],
  reasons: readonly ReasonSpan[],
  start: number,
  end: number,
  width: number,
  height: number,
): Curve => {
  const points = samples
    .map(([at, power]) => ({ at: Date.parse(at), power }))
    .sort((one, other) => ascending(one.at, other.at));
  const powers = points.map(({ power }) => power ?? 0);
  // A limit far above what a car takes would press its curve to the ground.
  const highest = Math.max(0, ...powers) * 1.6;
  const limits = limitsOf(reasons).map(({ at, power }) => ({
    at,
    power: power !== null && power <= highest ? power : null,
  }));
  const scale = upwards([...powers, ...limits.map(({ power }) => power ?? 0)], height, STEPS);
  const first = Math.min(start, points[0]?.at ?? start);
  const last = Math.max(end, points.at(-1)?.at ?? end, first + SHORTEST);
  const x = scaleLinear([first, last], [0, width]).clamp(true);
  const left = ({ at }: CurvePoint): number => x(at);
  const top = ({ power }: CurvePoint): number => scale.y(power ?? 0);
  const isKnown = ({ power }: CurvePoint): boolean => power !== null;
  const drawn = line(left, top).defined(isKnown).digits(1);
  return {
    ...scale,
    x,
    points,
    line: drawn(points) ?? "",
    area: area(left, scale.y(0), top).defined(isKnown).digits(1)(points) ?? "",
    limit: drawn(limits) ?? "",
  };
};

/** Return the point that lies nearest to a moment. */
export const nearest = (points: readonly CurvePoint[], at: number): CurvePoint | undefined =>
  points[bisector<CurvePoint, number>((point) => point.at).center(points, at)];
