/** How a reason looks: what kind of state it is, and its sign. */

export type Tone = "flow" | "wait" | "pause" | "idle" | "fault";

const LOOKS: Readonly<Record<string, readonly [Tone, string]>> = {
  charging: ["flow", "mdi:lightning-bolt"],
  charging_now: ["flow", "mdi:flash"],
  limited: ["flow", "mdi:speedometer-slow"],
  limited_by_house_fuse: ["flow", "mdi:fuse"],
  demand_response_charging: ["flow", "mdi:transmission-tower-export"],
  demand_response_limited: ["flow", "mdi:transmission-tower"],
  limited_by_tamper: ["flow", "mdi:shield-alert-outline"],
  keeping_awake: ["flow", "mdi:coffee-outline"],
  waiting_for_hours: ["wait", "mdi:clock-outline"],
  waiting_for_start: ["wait", "mdi:card-account-details-outline"],
  random_delay: ["wait", "mdi:timer-sand"],
  waking_car: ["wait", "mdi:alarm"],
  car_not_drawing: ["wait", "mdi:car-clock"],
  paused_by_owner: ["pause", "mdi:pause"],
  paused_by_house_fuse: ["pause", "mdi:fuse"],
  paused_by_tamper: ["pause", "mdi:shield-alert"],
  paused_by_wallbox: ["pause", "mdi:pause"],
  demand_response_paused: ["pause", "mdi:transmission-tower"],
  car_full: ["idle", "mdi:battery-check"],
  finished: ["idle", "mdi:check"],
  no_car: ["idle", "mdi:power-plug-off-outline"],
  unavailable: ["idle", "mdi:cancel"],
  not_told: ["idle", "mdi:help"],
  not_connected: ["fault", "mdi:lan-disconnect"],
  fault: ["fault", "mdi:alert"],
};

/** Return how a reason looks; one that a newer version of the integration tells looks like nothing special. */
export const lookOf = (reason: string): readonly [Tone, string] =>
  LOOKS[reason] ?? ["idle", "mdi:ev-station"];
