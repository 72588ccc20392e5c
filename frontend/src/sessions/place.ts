/** Where a session was. */

import type { SessionRow } from "../ledger.ts";
import type { Overview } from "../overview.ts";
import type { Say } from "../texts.ts";

/** Say the wallbox of a session, and its connector where it has several. */
export const placeOf = (
  say: Say,
  { charge_points: chargePoints }: Pick<Overview, "charge_points">,
  { wallbox, connector }: Pick<SessionRow, "wallbox" | "connector">,
): string =>
  chargePoints.some(({ name, connectors }) => name === wallbox && connectors.length > 1)
    ? say("connector", { name: wallbox, number: connector })
    : wallbox;
