import { afterEach, beforeAll, expect, it, vi } from "vitest";

import "../src/deletion-dialog.ts";
import type { DeletionDialogElement } from "../src/deletion-dialog.ts";

const ADA = {
  kind: "person",
  id: "ada",
  name: "Ada",
  sessions: 12,
  running: 0,
  first: "2026-01-02",
  last: "2026-11-20",
};
const FORMER = { ...ADA, kind: "former_wallbox", id: "OLD-1", name: "Drive" };
const ALL = { ...ADA, kind: "everything", id: null, name: null, sessions: 30, running: 1 };
const RECEIPT = {
  at: "2026-11-21T12:00:00+00:00",
  deleted: {
    sessions: 12,
    anonymised: 0,
    samples: 99,
    seconds: 0,
    events: 0,
    decisions: 0,
    corrections: 0,
    buyers: 2,
  },
  wallboxes: { forgot_cards: 0, refused: 0, waiting: 1 },
  left_in_file: false,
  damaged_files: 0,
};

type Message = Record<string, unknown>;

beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement): void {
    this.open = true;
  };
});

afterEach(() => {
  document.body.replaceChildren();
});

const show = async (
  subjects: readonly unknown[],
  remove: () => unknown = () => RECEIPT,
): Promise<{ element: DeletionDialogElement; root: ShadowRoot; sent: Message[] }> => {
  const sent: Message[] = [];
  const element = Object.assign(document.createElement("smart-charge-point-deletion"), {
    hass: {
      language: "en",
      locale: { language: "en", number_format: "language", time_format: "language" },
      config: { time_zone: "Europe/Berlin", currency: "EUR" },
      localize: () => "",
      callWS: (message: Message): Promise<unknown> => {
        sent.push(message);
        return Promise.resolve().then(() =>
          String(message["type"]).endsWith("deletable") ? { subjects } : remove(),
        );
      },
    },
    say: (key: string, values: Message = {}) => [key, ...Object.values(values)].join(" "),
  }) as unknown as DeletionDialogElement;
  document.body.append(element);
  await element.updateComplete;
  const root = element.shadowRoot;
  if (root === null) {
    throw new Error("the dialog is not there");
  }
  await element.open();
  await element.updateComplete;
  return { element, root, sent };
};

const press = async (element: DeletionDialogElement, root: ShadowRoot): Promise<void> => {
  root
    .querySelector("form")
    ?.dispatchEvent(new SubmitEvent("submit", { cancelable: true, bubbles: true }));
  await vi.waitFor(() => {
    expect(root.querySelector("fieldset[disabled]")).toBeNull();
  });
  await element.updateComplete;
};

const choose = async (
  element: DeletionDialogElement,
  root: ShadowRoot,
  nth: number,
): Promise<void> => {
  root.querySelectorAll("input")[nth]?.dispatchEvent(new Event("change"));
  await element.updateComplete;
};

it("says of whom there is how much, and deletes nothing that was not chosen", async () => {
  const { element, root, sent } = await show([ADA, ALL]);
  const labels = Array.from(root.querySelectorAll("label"), (label) => label.textContent);
  expect(labels[0]).toContain("Ada");
  expect(labels[0]).toContain("deletion.sessions 12");
  expect(labels[1]).toContain("deletion.everything");
  expect(labels[1]).toContain("deletion.running 1");
  expect(root.querySelector("dialog")?.open).toBe(true);
  expect(root.querySelector("input:checked")).toBeNull();
  expect(root.activeElement?.id).toBe("title");
  await press(element, root);
  expect(sent).toHaveLength(1);
});

it("deletes what is chosen, once, and shows the receipt", async () => {
  const { element, root, sent } = await show([ADA, ALL]);
  const deleted = vi.fn();
  element.addEventListener("deleted", deleted);
  await choose(element, root, 0);
  expect(root.querySelector("button[type=submit]")?.textContent).toContain("deletion.delete 12");
  await press(element, root);
  await vi.waitFor(() => {
    expect(root.querySelector("ul")).not.toBeNull();
  });
  expect(sent.slice(1)).toEqual([
    { type: "smart_charge_point/panel/delete", about: { kind: "person", id: "ada" } },
  ]);
  expect(deleted).toHaveBeenCalledTimes(1);
  const lines = Array.from(root.querySelectorAll("li"), (line) => line.textContent);
  expect(lines.slice(1)).toEqual([
    "deletion.deleted.sessions 12",
    "deletion.deleted.samples 99",
    "deletion.deleted.buyers 2",
    "deletion.wallboxes.waiting 1",
  ]);
  expect(root.querySelector("button[type=submit]")).toBeNull();
});

it("asks for everything without naming anybody", async () => {
  const { element, root, sent } = await show([ADA, ALL]);
  await choose(element, root, 1);
  await press(element, root);
  expect(sent[1]?.["about"]).toEqual({ kind: "everything" });
});

it("says of a wallbox that it is no longer there, and names it by what it goes by in the records", async () => {
  const { element, root, sent } = await show([FORMER, ALL]);
  const label = root.querySelector("label")?.textContent;
  expect(label).toContain("Drive");
  expect(label).toContain("removed. deletion.sessions 12");
  await choose(element, root, 0);
  await press(element, root);
  expect(sent[1]?.["about"]).toEqual({ kind: "former_wallbox", id: "OLD-1" });
});

it("says why nothing was deleted", async () => {
  const { element, root } = await show([ADA], () => {
    // Home Assistant answers with an object, not with an Error.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw { code: "home_assistant_error", message: "A backup is being made." };
  });
  await choose(element, root, 0);
  await press(element, root);
  await vi.waitFor(() => {
    expect(root.querySelector("[role=alert]")?.textContent).toBe("A backup is being made.");
  });
  expect(root.querySelector("ul")).toBeNull();
});

it("says that there is nothing to delete", async () => {
  const { root } = await show([]);
  expect(root.querySelector("[role=status]")?.textContent).toBe("deletion.nothing");
});
