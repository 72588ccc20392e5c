import { afterEach, expect, it } from "vitest";

import "../src/filters.ts";
import { NOBODY, whoseFields, type Choice } from "../src/ledger.ts";

const show = async (persons: readonly Choice[]): Promise<HTMLElement> => {
  const element = Object.assign(document.createElement("smart-charge-point-filters"), {
    hass: { language: "en" },
    say: (key: string) => key,
    overview: { now: "", ready: true, charge_points: [] },
    today: "2026-11-21",
    persons,
    deviceId: "",
    person: "",
    days: { start: "2026-11-01", end: "2026-11-30" },
    kind: "months",
  });
  document.body.append(element);
  await (element as unknown as { updateComplete: Promise<unknown> }).updateComplete;
  return element;
};

const choicesOf = (element: HTMLElement): string[] =>
  Array.from(
    element.shadowRoot?.querySelectorAll<HTMLOptionElement>(".filters option") ?? [],
    (option) => option.value,
  );

afterEach(() => {
  document.body.replaceChildren();
});

it("offers nobody in particular beside the persons, and tells what is chosen", async () => {
  const element = await show([{ id: "ada", name: "Ada" }]);
  const told: unknown[] = [];
  element.addEventListener("narrowed", (event) => told.push((event as CustomEvent).detail));
  expect(choicesOf(element)).toEqual(["", "ada", NOBODY]);
  const select = element.shadowRoot?.querySelector<HTMLSelectElement>(".filters select");
  if (select) {
    select.value = NOBODY;
    select.dispatchEvent(new Event("change"));
  }
  expect(told).toEqual([{ person: NOBODY }]);
});

it("offers no choice of persons to who sees only their own sessions", async () => {
  expect(choicesOf(await show([]))).toEqual([]);
});

it("asks for one person, for nobody in particular, or for everybody", () => {
  expect(whoseFields("ada")).toEqual({ person: "ada", nobody: false });
  expect(whoseFields(NOBODY)).toEqual({ person: null, nobody: true });
  expect(whoseFields("")).toEqual({ person: null, nobody: false });
});
