import { afterEach, expect, it, vi } from "vitest";

import "../src/assessment/assessment-tab.ts";
import type { Assessment } from "../src/assessment/assessment-tab.ts";
import type { HomeAssistant } from "../src/home-assistant.ts";
import { tabsFor, type TabElement } from "../src/tabs.ts";

const assessment: Assessment = {
  about: ["What this is."],
  facts: [["Make", "Acme"]],
  sections: [
    {
      title: "Security",
      lines: [
        {
          subject: "encryption",
          title: "Encrypted connection",
          about: "What is sent is encrypted.",
          source: "Sch. 1 §5",
          verdict: "not_met",
          verdict_text: "Not met",
          findings: [
            { name: "Encryption", value: "none", note: "seen today", digest: "ab12", known: true, papers: false },
            { name: "Certificate", value: "not evidenced", note: "", digest: "", known: false, papers: false },
          ],
        },
      ],
    },
  ],
  about_seal: "What the seal proves.",
  proof: [["SHA-256", "cd34"]],
};

const open = async (answer: (message: object) => Promise<unknown>): Promise<TabElement> => {
  const element = document.createElement("smart-charge-point-assessment") as TabElement;
  const callWS = vi.fn(answer);
  Object.assign(element, {
    hass: {
      language: "en",
      locale: { language: "en", number_format: "language", time_format: "language" },
      callWS,
    } as unknown as HomeAssistant,
    say: (key: string) => key,
    overview: {
      now: "",
      ready: true,
      charge_points: [{ device_id: "d1", name: "Garage", connected: true, connectors: [] }],
    },
    clockAhead: 0,
    path: "",
  });
  document.body.append(element);
  await vi.waitFor(() => {
    expect(element.shadowRoot?.querySelector("article, .notice")).not.toBeNull();
  });
  return element;
};

const textOf = (element: Element, selector: string): string[] =>
  Array.from(
    element.shadowRoot?.querySelectorAll(selector) ?? [],
    (found) => found.textContent.replace(/\s+/g, " ").trim(),
  );

afterEach(() => {
  document.body.replaceChildren();
});

it("is for administrators", () => {
  for (const role of ["administrator", "person", "user"] as const) {
    const seen = tabsFor(role).some(({ id }) => id === "assessment");
    expect(seen).toBe(role === "administrator");
  }
});

it("shows each line with its verdict, its evidence, and what has none", async () => {
  const element = await open(() => Promise.resolve(assessment));
  expect(textOf(element, ".counts .verdict")).toEqual(["Not met: 1"]);
  expect(textOf(element, "summary .verdict")).toEqual(["Not met"]);
  expect(textOf(element, "details dd")).toEqual(["none seen today SHA-256 ab12", "not evidenced"]);
  expect(textOf(element, "footer dd")).toEqual(["cd34"]);
});

it("leads to the papers where a line lacks what can be entered there", async () => {
  const [section] = assessment.sections;
  const [line] = section?.lines ?? [];
  if (section === undefined || line === undefined) {
    throw new Error("there is no line");
  }
  const seller = { name: "Seller", value: "not evidenced", note: "", digest: "", papers: true };
  const lines = [true, false].map((known) => ({ ...line, findings: [{ ...seller, known }] }));
  const element = await open(() =>
    Promise.resolve({ ...assessment, sections: [{ ...section, lines: [line, ...lines] }] }),
  );
  const enter = Array.from(element.shadowRoot?.querySelectorAll("details") ?? [], (details) =>
    details.querySelector(".enter a")?.getAttribute("href"),
  );
  const settings = "/config/integrations/integration/smart_charge_point";
  expect(enter).toEqual([undefined, undefined, settings]);

  const before = window.location.href;
  element.shadowRoot?.querySelector<HTMLElement>(".enter a")?.click();
  expect(window.location.pathname).toBe(settings);
  window.history.replaceState(null, "", before);
});

it("asks once, without personal data, and again where that is wished for", async () => {
  const asked: object[] = [];
  const element = await open((message) => {
    asked.push(message);
    return Promise.resolve(assessment);
  });
  Object.assign(element, { clockAhead: 1, overview: { ...element.overview } });
  await (element as TabElement & { updateComplete: Promise<unknown> }).updateComplete;
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ device_id: "d1", include_personal_data: false });
  const box = element.shadowRoot?.querySelector<HTMLInputElement>("input[type=checkbox]");
  box?.click();
  await vi.waitFor(() => {
    expect(asked).toHaveLength(2);
  });
  expect(asked[1]).toMatchObject({ include_personal_data: true });
});

it("says why there is none", async () => {
  const element = await open(() => Promise.reject(new Error("The ledger is gone")));
  expect(textOf(element, ".notice")).toEqual(["The ledger is gone"]);
});
