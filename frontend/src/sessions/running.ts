/** Sessions that have not ended yet: what they do and have come to, as the connectors of the home tell now. */

import type { SessionRow } from "../ledger.ts";
import { lookOf, type Tone } from "../now/states.ts";
import type { Connector, Overview } from "../overview.ts";

const connectorOf = (overview: Overview, id: number): Connector | undefined =>
  overview.charge_points
    .flatMap(({ connectors }) => connectors)
    .find(({ session }) => session?.transaction_id === id);

/** Return what a session does: a text of `sessions.states`. That no connector tells of it says only that no end is known. */
export const toneOf = (overview: Overview, { id }: Pick<SessionRow, "id">): Tone => {
  const connector = connectorOf(overview, id);
  return connector === undefined ? "fault" : lookOf(connector.reason)[0];
};

/** Return a session with the figures of the tab "Now", where it has not ended; `now` is the home's time, ms. */
export const asNow = <Row extends SessionRow>(row: Row, overview: Overview, now: number): Row => {
  const session =
    row.stopped_at === null ? connectorOf(overview, row.id)?.session : undefined;
  return session == null
    ? row
    : {
        ...row,
        energy: session.energy,
        duration: (now - Date.parse(row.started_at)) / 1000,
        cost: session.cost,
        cost_complete: session.cost_complete,
      };
};
