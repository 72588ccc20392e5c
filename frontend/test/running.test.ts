import { describe, expect, it } from "vitest";

import type { SessionRow } from "../src/ledger.ts";
import type { Connector, Overview } from "../src/overview.ts";
import { asNow, toneOf } from "../src/sessions/running.ts";

const NOW = Date.parse("2026-11-21T18:30:00Z");

const row = (more: Partial<SessionRow> = {}): SessionRow =>
  ({
    id: 7,
    started_at: "2026-11-21T18:00:00Z",
    stopped_at: null,
    energy: 1000,
    duration: null,
    cost: 0.1,
    cost_complete: true,
    solar_share: 0.5,
    ...more,
  }) as SessionRow;

const home = (reason: string, transaction = 7): Overview => ({
  now: "",
  ready: true,
  charge_points: [
    {
      device_id: "a",
      name: "Drive",
      connected: true,
      connectors: [
        {
          reason,
          session: {
            transaction_id: transaction,
            started_at: "2026-11-21T18:00:00Z",
            energy: 1500,
            flow_time: 600,
            cost: 0.15,
            cost_complete: false,
          },
        } as Connector,
      ],
    },
  ],
});

describe("a session that has not ended", () => {
  it.each([
    ["charging", "flow"],
    ["random_delay", "wait"],
    ["waiting_for_hours", "wait"],
    ["paused_by_owner", "pause"],
    ["car_full", "idle"],
    ["not_connected", "fault"],
  ])("does what its connector does: %s", (reason, tone) => {
    expect(toneOf(home(reason), row())).toBe(tone);
  });

  it("is not known to do anything where no connector tells of it", () => {
    expect(toneOf(home("charging", 8), row())).toBe("fault");
  });

  it("has come to what the tab Now says", () => {
    expect(asNow(row(), home("charging"), NOW)).toMatchObject({
      energy: 1500,
      cost: 0.15,
      cost_complete: false,
      duration: 1800,
      solar_share: 0.5,
    });
  });

  it("keeps what is told of it where it has ended, or no connector tells of it", () => {
    const ended = row({ stopped_at: "2026-11-21T18:20:00Z" });
    expect(asNow(ended, home("charging"), NOW)).toBe(ended);
    const lost = row();
    expect(asNow(lost, home("charging", 8), NOW)).toBe(lost);
  });
});
