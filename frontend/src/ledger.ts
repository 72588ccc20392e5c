/** Sessions and usage as the websocket commands tell them: times are UTC, energies Wh, powers W, times that last s. */

import { DOMAIN, type HomeAssistant } from "./home-assistant.ts";

/** A person or a vehicle; its name is null where it was removed since. */
export interface Named {
  id: string;
  name: string | null;
}

export interface Choice {
  id: string;
  name: string;
}

export interface SessionRow {
  id: number;
  wallbox: string;
  connector: number;
  person: Named | null;
  vehicle: Named | null;
  started_at: string;
  stopped_at: string | null;
  energy: number;
  flow_time: number;
  duration: number | null;
  cost: number | null;
  cost_complete: boolean;
  solar_share: number | null;
  estimated: boolean;
  doubts: string[];
  corrected: string[];
  folded: boolean;
}

export interface Totals {
  sessions: number;
  energy: number;
  flow_time: number;
  cost: number | null;
  cost_complete: boolean;
  solar: number | null;
  battery: number | null;
  grid: number | null;
  sourced: number;
  co2: number | null;
  estimated: boolean;
}

/** What the home can have energy from beside the grid. */
export type Source = "solar" | "battery";

/** What is told of a source: what the home has of them now. */
interface WithSources {
  sources: readonly Source[];
}

/** Return whether there is anything to say of a source: the home has it, or had some energy (Wh) of it. */
export const isThere = (
  source: Source,
  { sources }: WithSources,
  energy: number | null,
): energy is number => energy !== null && (energy > 0 || sources.includes(source));

export interface SessionsPage extends WithSources {
  sessions: SessionRow[];
  totals: Totals;
  /** How many blips are left out. */
  folded: number;
  currency: string;
  persons: Choice[];
  vehicles: Choice[];
}

export interface Slot {
  start: string;
  end: string;
  energy: number;
  estimated: boolean;
  price: number | null;
  cost: number | null;
  solar: number | null;
  battery: number | null;
  co2: number | null;
}

export interface ReasonSpan {
  since: string;
  until: string;
  reason: string;
  text: string;
  limit: number | null;
  power: number | null;
}

export interface Correction {
  at: string;
  field: "person" | "vehicle";
  before: Named | null;
  after: Named | null;
  taken_back: boolean;
  by: string | null;
}

/** A moment, W, and Wh since the start. */
export type Point = [string, number | null, number | null];

export interface WholeSession extends SessionRow, WithSources {
  now: string;
  currency: string;
  connected_at: string | null;
  disconnected_at: string | null;
  connected_time: number | null;
  stop_reason: string | null;
  stop_text: string | null;
  meter_start: number | null;
  meter_stop: number | null;
  odometer: number | null;
  exported: number | null;
  solar: number | null;
  battery: number | null;
  grid: number | null;
  sourced: number;
  co2: number | null;
  mean_power: number | null;
  peak_power: number | null;
  samples: Point[];
  slots: Slot[];
  reasons: ReasonSpan[];
  corrections: Correction[];
  may_correct: boolean;
}

export interface Bucket extends Totals {
  first: string;
  last: string;
}

export const COMPARED = [
  "this_month",
  "last_month",
  "last_month_by_now",
  "this_year",
  "last_year",
  "last_year_by_now",
] as const;

export interface Usage extends WithSources {
  currency: string;
  source: "recorder" | "ledger";
  agrees: boolean | null;
  today: string;
  buckets: Bucket[];
  total: Bucket;
  compared: Record<(typeof COMPARED)[number], Bucket>;
}

/** Stands among the choices of a person for nobody in particular; no subentry has this id. */
export const NOBODY = "nobody";

/** Return the fields of a command that say whose sessions are meant; empty: everybody's. */
export const whoseFields = (person: string): { person: string | null; nobody: boolean } => ({
  person: person === NOBODY ? null : person || null,
  nobody: person === NOBODY,
});

/** Ask one of the panel's commands. */
export const ask = <Answer>(
  hass: HomeAssistant,
  command: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<Answer> => hass.callWS<Answer>({ type: `${DOMAIN}/panel/${command}`, ...fields });
