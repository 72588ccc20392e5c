/** Where everything lies on the ribbon, in parts of its width and height. */

/** What `smart_charge_point/panel/ribbon` answers: times are UTC, powers W, energies Wh. */
export interface RibbonData {
  now: string;
  start: string;
  end: string;
  maximum_power: number;
  plan: Segment[];
  hours: { start: string; end: string }[];
  events: { start: string; end: string; direction: string; outcome: string; text: string }[];
  charged: { start: string; energy: number }[];
}

export interface Segment {
  start: string;
  end: string;
  power: number;
  charges: boolean;
  reason: string;
  text: string;
}

export const HOUR = 3_600_000;
export const SLOT = HOUR / 2;

/** Of the day that is shown, this much lies behind now: enough to see the night in the morning. */
const BEHIND = 8 * HOUR;
const SHOWN = 24 * HOUR;

/** What a stretch of the plan looks like. */
export type Kind = "past" | "hours" | "more" | "delay" | "less" | "none";

export interface Band {
  start: number;
  end: number;
  kind: Kind;
  text: string;
  power: number | null;
  /** The most that may flow then as a part of the most that ever may; all of it where nothing may flow. */
  height: number;
}

export interface Bar {
  start: number;
  energy: number;
  /** Mean power as a part of the most that may flow. */
  height: number;
}

export interface Drawing {
  start: number;
  end: number;
  now: number;
  bands: Band[];
  bars: Bar[];
  events: Band[];
  ticks: number[];
}

const LESS = new Set(["demand_response", "stopped", "fault", "house_fuse", "owner_limit"]);
const MORE = new Set(["charge_now", "demand_response_up"]);

const kindOf = ({ reason, charges }: Segment): Kind => {
  if (reason === "random_delay" || reason === "waking") {
    return "delay";
  }
  if (MORE.has(reason)) {
    return "more";
  }
  if (LESS.has(reason)) {
    return "less";
  }
  return charges ? "hours" : "none";
};

/** Return where a moment lies, from 0 at the left to 1 at the right. */
export const placeOf = (drawing: Pick<Drawing, "start" | "end">, moment: number): number =>
  Math.min(1, Math.max(0, (moment - drawing.start) / (drawing.end - drawing.start)));

/** Return the hour of the day at a moment, in the home's time. */
export const hourOf = (moment: number, timeZone: string): number =>
  Number(
    new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone }).format(
      moment,
    ),
  );

/** Lay the ribbon out around `now` (ms). `text` is what the charging hours that are over are called. */
export const drawingOf = (
  data: RibbonData,
  now: number,
  timeZone: string,
  text: string,
): Drawing => {
  const start = Math.floor((now - BEHIND) / SLOT) * SLOT;
  const end = start + SHOWN;
  const inside = (band: Band): boolean => band.end > start && band.start < end;
  const past = data.hours.map(
    (hours): Band => ({
      start: Date.parse(hours.start),
      end: Math.min(Date.parse(hours.end), now),
      kind: "past",
      text,
      power: null,
      height: 1,
    }),
  );
  const plan = data.plan.map(
    (segment): Band => ({
      start: Date.parse(segment.start),
      end: Date.parse(segment.end),
      kind: kindOf(segment),
      text: segment.text,
      power: segment.power,
      height:
        segment.power > 0 && data.maximum_power > 0
          ? Math.min(1, segment.power / data.maximum_power)
          : 1,
    }),
  );
  const events = data.events
    .filter(({ outcome }) => outcome !== "cancelled" && outcome !== "not_followed")
    .map(
      (event): Band => ({
        start: Date.parse(event.start),
        end: Date.parse(event.end),
        kind: event.direction === "up" ? "more" : "less",
        text: event.text,
        power: null,
        height: 1,
      }),
    );
  const bars = data.charged
    .map((slot): Bar => {
      const begun = Date.parse(slot.start);
      // Of the half hour that runs, only a part is over; its first minute says little of it.
      const passed = Math.min(SLOT, Math.max(now - begun, SLOT / 6));
      const power = slot.energy * (HOUR / passed);
      return {
        start: begun,
        energy: slot.energy,
        height: Math.min(1, data.maximum_power > 0 ? power / data.maximum_power : 0),
      };
    })
    .filter((bar) => bar.start >= start && bar.start < end);
  const ticks = [];
  for (let at = Math.ceil(start / SLOT) * SLOT; at < end; at += SLOT) {
    // Half hours, for there are time zones that lie between two hours.
    const whole =
      new Intl.DateTimeFormat("en-GB", { minute: "numeric", timeZone }).format(at) === "0";
    if (whole && hourOf(at, timeZone) % 4 === 0) {
      ticks.push(at);
    }
  }
  return {
    start,
    end,
    now,
    bands: [...past, ...plan].filter(inside),
    bars,
    events: events.filter(inside),
    ticks,
  };
};

/** Return the line of the latest power as points of a path: `x` and `y` from 0 to 1, the newest at the right. */
export const lineOf = (
  samples: readonly { at: string; power: number | null }[],
  now: number,
  kept: number,
  most: number,
): readonly (readonly [number, number])[] =>
  samples
    .filter(({ at, power }) => power !== null && Date.parse(at) >= now - kept)
    .map(
      ({ at, power }) =>
        [
          Math.min(1, (Date.parse(at) - now + kept) / kept),
          Math.min(1, Math.max(0, (power ?? 0) / Math.max(most, 1))),
        ] as const,
    );
