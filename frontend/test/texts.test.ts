import { describe, expect, it } from "vitest";

import type { HomeAssistant } from "../src/home-assistant.ts";
import { sayError, sayFrom } from "../src/texts.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "component.smart_charge_point.config_panel.failed": "failed",
  "component.smart_charge_point.exceptions.no_car.message": "No car at {name}",
};
const localize = (key: string, values: Readonly<Record<string, string | number>> = {}): string =>
  (TEXTS[key] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
const hass = { localize } as unknown as HomeAssistant;
const say = sayFrom(localize);

describe("texts", () => {
  it("are those of the integration, or their key where one is missing", () => {
    expect(say("failed")).toBe("failed");
    expect(say("tabs.nothing")).toBe("tabs.nothing");
  });
});

describe("an error", () => {
  it("is said in the user's language, with what it is about", () => {
    const error = {
      code: "service_validation_error",
      message: "Validation error",
      translation_domain: "smart_charge_point",
      translation_key: "no_car",
      translation_placeholders: { name: "Garage" },
    };
    expect(sayError(hass, say, error)).toBe("No car at Garage");
    expect(sayError(hass, say, { ...error, translation_key: "unheard_of" })).toBe(
      "Validation error",
    );
  });

  it("is said at all, whatever was thrown", () => {
    expect(sayError(hass, say, new Error(""))).toBe("failed");
    expect(sayError(hass, say, undefined)).toBe("failed");
  });
});
