/** Which days are shown, by what, and how that is called. */

import { lastOfMonth, lengthOf, monthAfter, twelveMonths, type Days } from "../days.ts";
import { formatDay } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";

export const VIEWS = ["month", "year", "custom"] as const;
export type View = (typeof VIEWS)[number];

/** So many days are shown one by one; more are shown by month. */
const MOST_DAYS = 92;
const MOST_MONTHS = 36 * 31;

/** The days that are shown, both included, and what a bar stands for. */
export interface Shown {
  view: View;
  start: string;
  end: string;
  by: "day" | "month" | "year";
}

/** Return what is shown of the month, or of the twelve up to the month, of the day `ending`; or of days of one's own. */
export const shownOf = (view: View, ending: string, custom: Days, today: string): Shown => {
  const { start, end } = daysShown(view, ending, custom, today);
  const length = lengthOf(start, end);
  const by = length <= MOST_DAYS ? "day" : length <= MOST_MONTHS ? "month" : "year";
  return { view, start, end, by };
};

const daysShown = (
  view: View,
  ending: string,
  custom: Days,
  today: string,
): { start: string; end: string } => {
  if (view === "month") {
    return { start: monthAfter(ending, 0), end: lastOfMonth(ending) };
  }
  const twelve = twelveMonths(ending);
  return view === "year"
    ? twelve
    : { start: custom.start ?? twelve.start, end: custom.end ?? today };
};

/** Say what is shown. */
export const headingOf = (hass: HomeAssistant, { view, start, end }: Shown): string => {
  const month = { month: "short", year: "numeric" } as const;
  switch (view) {
    case "month":
      return formatDay(hass, start, { month: "long", year: "numeric" });
    case "year":
      return `${formatDay(hass, start, month)}–${formatDay(hass, end, month)}`;
    case "custom":
      return `${formatDay(hass, start)}–${formatDay(hass, end)}`;
  }
};

/** Say what a bar stands for; `first` is its first day. */
export const nameOf = (hass: HomeAssistant, { view, by }: Shown, first: string): string => {
  switch (by) {
    case "day":
      return formatDay(hass, first, {
        weekday: "short",
        day: "numeric",
        month: "short",
        ...(view === "month" ? {} : { year: "numeric" }),
      });
    case "month":
      return formatDay(hass, first, { month: "long", year: "numeric" });
    case "year":
      return formatDay(hass, first, { year: "numeric" });
  }
};

/** Say a month by its letter. */
export const letterOf = (hass: HomeAssistant, first: string): string =>
  formatDay(hass, first, { month: "narrow" });

/** The same, as short as fits below a bar. */
export const shortNameOf = (hass: HomeAssistant, { view, by }: Shown, first: string): string => {
  switch (by) {
    case "day":
      return formatDay(
        hass,
        first,
        view === "month" ? { day: "numeric" } : { day: "numeric", month: "short" },
      );
    case "month":
      return formatDay(
        hass,
        first,
        first.slice(5, 7) === "01" ? { month: "short", year: "2-digit" } : { month: "short" },
      );
    case "year":
      return formatDay(hass, first, { year: "numeric" });
  }
};
