/** The scale that values are read from, upwards. */

import { precisionFixed } from "d3-format";
import { scaleLinear, type ScaleLinear } from "d3-scale";

export interface Upwards {
  /** From a value to px from the top. */
  y: ScaleLinear<number, number>;
  /** Round values, evenly apart; the first is the chart's bottom, the last its top. */
  ticks: readonly number[];
  /** How many decimals tell the ticks apart. */
  digits: number;
}

/** Return the scale of a chart `height` px high, of some `count` steps, that has zero and all of `values` on it. */
export const upwards = (values: readonly number[], height: number, count: number): Upwards => {
  const least = Math.min(0, ...values);
  const most = Math.max(0, ...values);
  const y = scaleLinear([least, least === most ? 1 : most], [height, 0]).nice(count);
  const ticks = y.ticks(count);
  const [first = 0, second = 1] = ticks;
  return { y, ticks, digits: precisionFixed(second - first) };
};
