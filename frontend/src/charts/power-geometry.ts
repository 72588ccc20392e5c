/** Where a session's curve lies, in parts of the chart's width and height. */

import type { Point, ReasonSpan } from "../ledger.ts";
import { ticksTo } from "./scale.ts";

export interface CurvePoint {
  at: number;
  power: number | null;
}

export interface Curve {
  start: number;
  end: number;
  points: readonly CurvePoint[];
  /** W at the lines across, upwards from 0; the last is the top. */
  ticks: readonly number[];
}

/** Return the curve of a session from `start` to `end` (ms); the limits that held in it belong on it too. */
export const curveOf = (
  samples: readonly Point[],
  reasons: readonly ReasonSpan[],
  start: number,
  end: number,
): Curve => {
  const points = samples.map(([at, power]) => ({ at: Date.parse(at), power }));
  const powers = points.map(({ power }) => power ?? 0);
  const highest = Math.max(0, ...powers);
  // A limit far above what a car takes would press its curve to the ground.
  const limits = reasons.map(({ power }) => power ?? 0).filter((power) => power <= highest * 1.6);
  const first = points[0]?.at ?? start;
  const last = points.at(-1)?.at ?? end;
  const most = Math.max(highest, ...limits);
  return {
    start: Math.min(start, first),
    end: Math.max(end, last, Math.min(start, first) + 60_000),
    points,
    ticks: ticksTo(most / 1000, 3).map((tick) => tick * 1000),
  };
};

/** Return where a moment lies, from 0 to 1. */
export const placeOn = ({ start, end }: Pick<Curve, "start" | "end">, at: number): number =>
  Math.min(1, Math.max(0, (at - start) / (end - start)));

/** Return the line of a curve and the area below it as SVG paths in a box of 1000 by 100; it breaks where nothing is known. */
export const pathsOf = (curve: Curve): { line: string; area: string } => {
  const top = curve.ticks.at(-1) ?? 1;
  let line = "";
  let area = "";
  let run: string[] = [];
  let from = 0;
  let to = 0;
  const finish = (): void => {
    if (run.length > 0) {
      line += `M${run.join("L")}`;
      area += `M${from} 100L${run.join("L")}L${to} 100Z`;
    }
    run = [];
  };
  for (const { at, power } of curve.points) {
    if (power === null) {
      finish();
      continue;
    }
    to = Math.round(placeOn(curve, at) * 10_000) / 10;
    if (run.length === 0) {
      from = to;
    }
    run.push(`${to} ${Math.round((100 - (power / top) * 100) * 100) / 100}`);
  }
  finish();
  return { line, area };
};

/** Return the point that lies nearest to a moment. */
export const nearest = (points: readonly CurvePoint[], at: number): number => {
  let found = -1;
  points.forEach((point, index) => {
    const best = points[found];
    if (best === undefined || Math.abs(point.at - at) < Math.abs(best.at - at)) {
      found = index;
    }
  });
  return found;
};
