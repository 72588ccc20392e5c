import { afterEach, expect, it } from "vitest";

import { isolated } from "../src/direction.ts";
import { formatEnergy, formatPower } from "../src/formats.ts";
import { sayFrom } from "../src/texts.ts";

const home = {
  locale: { language: "he", number_format: "comma_decimal", time_format: "24" },
  config: { time_zone: "Europe/London", currency: "GBP" },
};

afterEach(() => {
  document.dir = "";
});

it("leaves texts as they are where a page is read from left to right", () => {
  document.dir = "ltr";
  expect(isolated("12 kWh")).toBe("12 kWh");
});

it("lets numbers keep their units, and texts their direction, where it is read from right to left", () => {
  document.dir = "rtl";
  const say = sayFrom(() => "Charging now.");
  for (const text of [formatEnergy(home, 12_300), formatPower(home, 7360), say("title")]) {
    expect(text).toMatch(/^\u2068[^\u2068\u2069]+\u2069$/);
  }
  expect(isolated("")).toBe("");
});
