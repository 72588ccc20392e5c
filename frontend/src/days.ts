/** Civil days of the home as `2026-11-21`: which day it is there, and the periods that are asked for by name. */

import type { HomeAssistant } from "./home-assistant.ts";

/** The civil days `start` to `end`, both included; null leaves it open. */
export interface Days {
  start: string | null;
  end: string | null;
}

export const PERIODS = [
  "last_12_months",
  "this_month",
  "last_month",
  "this_year",
  "last_year",
  "all",
  "custom",
] as const;

export type PeriodName = (typeof PERIODS)[number];

const partsOf = (day: string): [number, number, number] => {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return [year, month, date];
};

const dayOf = (year: number, month: number, date: number): string =>
  new Date(Date.UTC(year, month - 1, date)).toISOString().slice(0, 10);

/** Return the civil day of a moment (ms) in the home. */
export const dayAt = ({ config }: Pick<HomeAssistant, "config">, at: number): string => {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: config.time_zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(at);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
};

/** Return the day `count` days later. */
export const addDays = (day: string, count: number): string => {
  const [year, month, date] = partsOf(day);
  return dayOf(year, month, date + count);
};

/** Return the first day of the month that lies `count` months after that of a day. */
export const monthAfter = (day: string, count: number): string => {
  const [year, month] = partsOf(day);
  return dayOf(year, month + count, 1);
};

/** Return the last day of the month of a day. */
export const lastOfMonth = (day: string): string => addDays(monthAfter(day, 1), -1);

/** Return how many days a period has. */
export const lengthOf = (start: string, end: string): number =>
  Math.round((Date.parse(end) - Date.parse(start)) / 86_400_000) + 1;

/** Return the twelve calendar months up to and with that of a day. */
export const twelveMonths = (day: string): { start: string; end: string } => ({
  start: monthAfter(day, -11),
  end: lastOfMonth(day),
});

/** Return the days of a period by its name; `custom` are those of the owner's own. */
export const daysOf = (name: PeriodName, today: string, custom: Days): Days => {
  const [year, month, date] = partsOf(today);
  switch (name) {
    case "this_month":
      return { start: monthAfter(today, 0), end: lastOfMonth(today) };
    case "last_month":
      return { start: monthAfter(today, -1), end: addDays(monthAfter(today, 0), -1) };
    case "this_year":
      return { start: dayOf(year, 1, 1), end: dayOf(year, 12, 31) };
    case "last_year":
      return { start: dayOf(year - 1, 1, 1), end: dayOf(year - 1, 12, 31) };
    case "last_12_months":
      return { start: dayOf(year - 1, month, date), end: today };
    case "all":
      return { start: null, end: null };
    case "custom":
      return custom;
  }
};
