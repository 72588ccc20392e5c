import { beforeEach, expect, it, vi } from "vitest";

import type { Connection } from "../src/home-assistant.ts";
import { LivePower, type Sample } from "../src/now/live-power.ts";

const stop = vi.fn();
let tell: (event: unknown) => void;
const connection: Connection = {
  subscribeMessage: vi.fn((listener: (event: never) => void) => {
    tell = listener as typeof tell;
    return Promise.resolve(stop);
  }),
};
const changed = vi.fn();
let live: LivePower;

const sample = (second: number, power = second, connector = 1): Sample => ({
  connector,
  at: new Date(Date.UTC(2026, 10, 23, 20, 0, second)).toISOString(),
  power,
  current: null,
  energy: null,
  derived: false,
});

beforeEach(() => {
  stop.mockClear();
  changed.mockClear();
  vi.mocked(connection.subscribeMessage).mockClear();
  live = new LivePower(connection, "device", changed);
  live.start();
});

it("asks once, however often it is told to begin", () => {
  live.start();
  expect(connection.subscribeMessage).toHaveBeenCalledTimes(1);
});

it("keeps the samples of each connector by time, and each once", () => {
  tell({ samples: [sample(1), sample(2), sample(1, 5, 2)] });
  tell({ samples: [sample(2), sample(3)] });
  expect(live.of(1).map(({ power }) => power)).toEqual([1, 2, 3]);
  expect(live.of(2).map(({ power }) => power)).toEqual([5]);
  expect(live.of(3)).toEqual([]);
  expect(changed).toHaveBeenCalledTimes(2);
});

it("forgets what is older than is drawn", () => {
  tell({ samples: [sample(0), sample(601)] });
  expect(live.of(1)).toHaveLength(1);
});

it("lets go when nobody looks any more", async () => {
  live.stop();
  await vi.waitFor(() => {
    expect(stop).toHaveBeenCalledTimes(1);
  });
});

it("lets go when the wallbox cannot be followed any more, and can begin again", () => {
  tell({ samples: [], ended: true });
  live.start();
  expect(connection.subscribeMessage).toHaveBeenCalledTimes(2);
});
