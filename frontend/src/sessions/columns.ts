/** The columns of the list of sessions, and which of them sort it. */

import { isThere, type SessionsPage } from "../ledger.ts";

export const ORDERS = ["started", "energy", "duration", "cost", "solar"] as const;
export type Order = (typeof ORDERS)[number];
export type Column = Order | "wallbox" | "person";

const COLUMNS: readonly Column[] = [
  "started",
  "wallbox",
  "person",
  "energy",
  "duration",
  "cost",
  "solar",
];

export const isOrder = (column: Column): column is Order =>
  (ORDERS as readonly string[]).includes(column);

/** Return the columns that there is anything in. */
export const columnsOf = (page: SessionsPage): readonly Column[] =>
  COLUMNS.filter(
    (column) =>
      (column !== "solar" || isThere("solar", page, page.totals.solar)) &&
      (column !== "cost" || page.totals.cost !== null) &&
      (column !== "person" || page.sessions.some(({ person }) => person !== null)),
  );
