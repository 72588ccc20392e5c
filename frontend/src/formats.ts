/** Numbers, money and times as the user's profile wants them; times are those of the home, as its charging hours are. */

import { isolated } from "./direction.ts";
import type { HomeAssistant } from "./home-assistant.ts";
import type { Say } from "./texts.ts";

type Home = Pick<HomeAssistant, "locale" | "config">;

const NUMBERS_AS_IN: Readonly<Record<string, string>> = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
};

const numbersOf = ({ locale }: Home): string | undefined =>
  locale.number_format === "system"
    ? undefined
    : (NUMBERS_AS_IN[locale.number_format] ?? locale.language);

/** Keeps a number and its unit on one line. */
const NARROW = "\u202f";

export const formatNumber = (
  home: Home,
  value: number,
  options: Intl.NumberFormatOptions = {},
): string =>
  new Intl.NumberFormat(numbersOf(home), {
    useGrouping: home.locale.number_format !== "none",
    ...options,
  }).format(value);

const fixed = (home: Home, value: number, digits: number): string =>
  formatNumber(home, value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Say W as kW, without the unit. */
export const formatKilowatts = (home: Home, watts: number): string => fixed(home, watts / 1000, 2);

/** Say W as kW. */
export const formatPower = (home: Home, watts: number): string =>
  isolated(`${formatKilowatts(home, watts)}${NARROW}kW`);

/** Say Wh as kWh. */
export const formatEnergy = (home: Home, wattHours: number): string => {
  const kilowattHours = wattHours / 1000;
  return isolated(`${fixed(home, kilowattHours, Math.abs(kilowattHours) < 10 ? 2 : 1)}${NARROW}kWh`);
};

/** Say an amount of money in the home's currency. */
export const formatMoney = (home: Home, amount: number, currency: string): string =>
  isolated(new Intl.NumberFormat(numbersOf(home), { style: "currency", currency }).format(amount));

const hasTwelveHours = ({ locale }: Home): boolean => {
  if (locale.time_format === "12" || locale.time_format === "24") {
    return locale.time_format === "12";
  }
  const language = locale.time_format === "system" ? undefined : locale.language;
  const options = new Intl.DateTimeFormat(language, { hour: "numeric" }).resolvedOptions();
  return options.hour12 === true;
};

/** Return how the hour of the day is written: 7:00 am, or 07:00. */
const hoursOf = (home: Home): Intl.DateTimeFormatOptions =>
  hasTwelveHours(home)
    ? { hour: "numeric", hourCycle: "h12", minute: "2-digit" }
    : { hour: "2-digit", hourCycle: "h23", minute: "2-digit" };

const clock = (home: Home, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(home.locale.language, {
    ...options,
    timeZone: home.config.time_zone,
  });

/** Say the time of day. */
export const formatTime = (home: Home, at: Date): string =>
  clock(home, hoursOf(home)).format(at);

/** Say a whole hour, as short as can be. */
export const formatHour = (home: Home, at: Date): string =>
  hasTwelveHours(home)
    ? clock(home, { hour: "numeric", hourCycle: "h12" }).format(at)
    : formatTime(home, at);

/** Say the day of the week. */
export const formatWeekday = (home: Home, at: Date): string =>
  clock(home, { weekday: "short" }).format(at);

/** Say day and time. */
export const formatMoment = (home: Home, at: Date): string =>
  clock(home, { weekday: "short", ...hoursOf(home) }).format(at);

/** Say the day of a moment, with its year. */
export const formatDate = (home: Home, at: Date): string =>
  clock(home, { day: "numeric", month: "short", year: "numeric" }).format(at);

/** Say the day of the week and the date of a moment, in full. */
export const formatLongDate = (home: Home, at: Date): string =>
  clock(home, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(at);

/** Say a civil day (`2026-11-21`), or a part of it: it is the same day wherever the browser is. */
export const formatDay = (
  home: Home,
  day: string,
  options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric" },
): string =>
  new Intl.DateTimeFormat(home.locale.language, { ...options, timeZone: "UTC" }).format(
    new Date(`${day}T12:00:00Z`),
  );

/** Say a part of a whole, given from 0 to 1. */
export const formatShare = (home: Home, share: number): string =>
  formatNumber(home, share, { style: "percent", maximumFractionDigits: 0 });

/** Say what a kWh costs in the home's currency. */
export const formatPrice = (home: Home, price: number, currency: string): string =>
  isolated(
    formatNumber(home, price, {
      style: "currency",
      currency,
      minimumFractionDigits: 2,
      maximumFractionDigits: 4,
    }),
  );

/** Say how long something took, in hours and minutes. */
export const formatDuration = (home: Home, say: Say, milliseconds: number): string => {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const parts = {
    hours: formatNumber(home, Math.floor(minutes / 60)),
    minutes: formatNumber(home, minutes % 60),
  };
  return say(minutes < 60 ? "minutes" : "hours_minutes", parts);
};

/** Say how long something will still take: to the second within an hour, to the minute beyond. */
export const formatCountdown = (home: Home, say: Say, milliseconds: number): string => {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds >= 3600) {
    return formatDuration(home, say, Math.ceil(seconds / 60) * 60_000);
  }
  const two = (value: number): string => formatNumber(home, value, { minimumIntegerDigits: 2 });
  return `${formatNumber(home, Math.floor(seconds / 60))}:${two(seconds % 60)}`;
};
