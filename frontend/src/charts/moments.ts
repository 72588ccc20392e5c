/** Round moments on a time axis, as the clocks of the home show them wherever the browser is. */

import { tzOffset } from "@date-fns/tz/tzOffset";
import { utcTickInterval, type TimeInterval } from "d3-time";

const MINUTE = 60_000;

const offsetAt = (timeZone: string, at: number): number =>
  tzOffset(timeZone, new Date(at)) * MINUTE;

/**
 * Return the moments (ms) from `start` to `end` at which the home's clocks show a round value of `interval`, one of d3's
 * for UTC. Where the clocks are put back, both hours of one name are among them; an hour that is left out is not.
 */
export const momentsOf = (
  interval: TimeInterval,
  start: number,
  end: number,
  timeZone: string,
): readonly number[] => {
  const offsets = new Set([offsetAt(timeZone, start), offsetAt(timeZone, end)]);
  return [...offsets]
    .flatMap((offset) =>
      interval
        .range(new Date(start + offset), new Date(end + offset + 1))
        .map((shown) => shown.getTime() - offset)
        .filter((at) => offsetAt(timeZone, at) === offset),
    )
    .sort((a, b) => a - b);
};

/** Return some `count` of round moments (ms) from `start` to `end`: minutes, hours or days of the home. */
export const momentsWithin = (
  start: number,
  end: number,
  timeZone: string,
  count: number,
): readonly number[] => {
  const interval = utcTickInterval(new Date(start), new Date(end), count);
  return interval === null ? [] : momentsOf(interval, start, end, timeZone);
};
