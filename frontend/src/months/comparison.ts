/** How this month and year stand against the last ones. */

import type { Bucket } from "../ledger.ts";

/** What is compared: Wh, or money where it is known. */
export type Compared = "energy" | "cost";

/** Beyond this a part says nothing but that there was hardly anything before. */
const MOST = 3;

/** Return by which part `now` is more (above 0) or less than `then` was; undefined where that says nothing. */
export const changeOf = (now: Bucket, then: Bucket, what: Compared): number | undefined => {
  const [after, before] = [now[what], then[what]];
  if (after === null || before === null || !(before > 0)) {
    return undefined;
  }
  // What was not wholly known then cannot be held against now.
  if (what === "cost" && !(now.cost_complete && then.cost_complete)) {
    return undefined;
  }
  const change = after / before - 1;
  return change > MOST ? undefined : change;
};
