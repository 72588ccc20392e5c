import { afterEach, expect, it, vi } from "vitest";

import "../src/export-dialog.ts";
import type { ExportDialogElement, Kind } from "../src/export-dialog.ts";
import { NOBODY } from "../src/ledger.ts";

type Dialog = ExportDialogElement & HTMLElement & { updateComplete: Promise<unknown> };

const callWS = vi.fn(() => Promise.resolve({ url: "/file", filename: "file.csv" }));

const show = async (kind: Kind, person: string): Promise<Dialog> => {
  const dialog = Object.assign(document.createElement("smart-charge-point-export"), {
    hass: { language: "en", callWS },
    say: (key: string) => key,
    overview: { now: "", ready: true, charge_points: [] },
    today: "2026-11-21",
    persons: [{ id: "ada", name: "Ada" }],
  }) as unknown as Dialog;
  document.body.append(dialog);
  await dialog.updateComplete;
  dialog.open({ kind, days: { start: "2026-11-01", end: "2026-11-30" }, deviceId: "", person });
  await dialog.updateComplete;
  return dialog;
};

const personOf = (dialog: Dialog): HTMLSelectElement => {
  const select = Array.from(dialog.shadowRoot?.querySelectorAll("label") ?? [])
    .find((label) => label.textContent.includes("filters.person"))
    ?.querySelector("select");
  if (!select) {
    throw new Error("there is no person to choose");
  }
  return select;
};
const choicesOf = (select: HTMLSelectElement): string[] =>
  Array.from(select.options, ({ value }) => value);

afterEach(() => {
  document.body.replaceChildren();
  callWS.mockClear();
});

it("makes a file of nobody in particular", async () => {
  const dialog = await show("sessions", NOBODY);
  const select = personOf(dialog);
  expect(choicesOf(select)).toEqual(["", "ada", NOBODY]);
  expect(select.value).toBe(NOBODY);
  dialog.shadowRoot?.querySelector("form")?.dispatchEvent(new Event("submit"));
  await vi.waitFor(() => {
    expect(callWS).toHaveBeenCalledWith(
      expect.objectContaining({ kind: "sessions", person: null, nobody: true }),
    );
  });
});

it("makes a claim of a person only", async () => {
  const select = personOf(await show("mileage_claim", NOBODY));
  expect(choicesOf(select)).toEqual(["", "ada"]);
  expect(select.value).toBe("");
});
