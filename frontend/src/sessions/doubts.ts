/** What is not certain about a session, in words. */

import type { SessionRow } from "../ledger.ts";
import type { Say } from "../texts.ts";

/** What may be uncertain about a session as a whole. */
export const DOUBTS = [
  "adopted",
  "start_meter",
  "stop_meter",
  "register_jump",
  "time",
  "gap",
] as const;

/** Say all that is uncertain about a session's figures, in sentences. */
export const doubtsOf = (
  say: Say,
  session: Pick<SessionRow, "doubts" | "estimated" | "cost" | "cost_complete">,
): readonly string[] => [
  ...DOUBTS.filter((doubt) => session.doubts.includes(doubt)).map((doubt) => say(`doubts.${doubt}`)),
  ...(session.estimated ? [say("doubts.estimated")] : []),
  ...(session.cost !== null && !session.cost_complete ? [say("doubts.cost")] : []),
];
