import { describe, expect, it } from "vitest";

import {
  formatCountdown,
  formatDuration,
  formatEnergy,
  formatHour,
  formatMoney,
  formatPower,
  formatTime,
} from "../src/formats.ts";
import type { Say } from "../src/texts.ts";

const home = (
  language = "en-GB",
  number_format = "language",
  time_format = "language",
): Parameters<typeof formatTime>[0] => ({
  locale: { language, number_format, time_format },
  config: { time_zone: "Europe/London", currency: "GBP" },
});
const say: Say = (key, values = {}) => `${key} ${Object.values(values).join(" ")}`;
const AT = new Date("2026-11-23T22:00:00Z");

describe("numbers are as the user's profile wants them", () => {
  it("has the language's decimal point", () => {
    expect(formatEnergy(home(), 12_345)).toBe("12.3\u202fkWh");
    expect(formatEnergy(home("de"), 12_345)).toBe("12,3\u202fkWh");
  });

  it("has another one where the profile asks for it", () => {
    expect(formatEnergy(home("en-GB", "decimal_comma"), 1_234_500)).toBe("1.234,5\u202fkWh");
    expect(formatEnergy(home("de", "comma_decimal"), 1_234_500)).toBe("1,234.5\u202fkWh");
    expect(formatEnergy(home("de", "none"), 1_234_500)).toBe("1234,5\u202fkWh");
  });

  it("says little energy to the hundredth, much to the tenth", () => {
    expect(formatEnergy(home(), 999)).toBe("1.00\u202fkWh");
    expect(formatEnergy(home(), 10_000)).toBe("10.0\u202fkWh");
  });

  it("says power in kW whatever it is, so that a moving figure keeps its unit", () => {
    expect(formatPower(home(), 40)).toBe("0.04\u202fkW");
    expect(formatPower(home(), 7360)).toBe("7.36\u202fkW");
  });

  it("has the currency of the home", () => {
    expect(formatMoney(home(), 1.5, "GBP")).toBe("£1.50");
  });
});

describe("times are those of the home", () => {
  it("keeps to its time zone, wherever the browser is", () => {
    expect(formatTime(home(), AT)).toBe("22:00");
    expect(formatTime({ ...home(), config: { time_zone: "Asia/Tokyo", currency: "" } }, AT)).toBe(
      "07:00",
    );
  });

  it("has twelve hours or twenty-four as the profile says", () => {
    expect(formatTime(home("en-GB", "language", "12"), AT)).toMatch(/^10:00\s?pm$/i);
    expect(formatTime(home("en-US", "language", "24"), AT)).toBe("22:00");
  });

  it("writes whole hours short on an axis", () => {
    expect(formatHour(home("en-US"), AT)).toMatch(/^10\s?PM$/);
    expect(formatHour(home(), AT)).toBe("22:00");
  });
});

describe("durations", () => {
  it("are in hours and minutes", () => {
    expect(formatDuration(home(), say, 0)).toBe("minutes 0 0");
    expect(formatDuration(home(), say, 3_660_000)).toBe("hours_minutes 1 1");
  });

  it("count down to the second in the last hour, and never below nothing", () => {
    expect(formatCountdown(home(), say, 65_000)).toBe("1:05");
    expect(formatCountdown(home(), say, 400)).toBe("0:01");
    expect(formatCountdown(home(), say, -5)).toBe("0:00");
    expect(formatCountdown(home(), say, 7_201_000)).toBe("hours_minutes 2 1");
  });
});
