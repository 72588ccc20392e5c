/** Every connector as it is now: what `smart_charge_point/panel/overview` tells. Times are UTC, energies Wh, powers W. */

import { DOMAIN, type HomeAssistant, type Unsubscribe } from "./home-assistant.ts";

export type Action = "charge_now" | "cancel_delay" | "stop_charging";

export interface RunningSession {
  transaction_id: number;
  started_at: string;
  energy: number;
  flow_time: number;
  cost: number | null;
  cost_complete: boolean;
}

export interface Connector {
  number: number;
  device_id: string;
  reason: string;
  sentence: string;
  until: string | null;
  delay_ends: string | null;
  next_start: string | null;
  plugged_in_since: string | null;
  power: number | null;
  maximum_power: number;
  session: RunningSession | null;
  last_session_energy: number | null;
  actions: Record<Action, { allowed: boolean; reason: string | null }>;
}

export interface ChargePoint {
  device_id: string;
  name: string;
  connected: boolean;
  connectors: Connector[];
}

export type Role = "administrator" | "person" | "user";

export interface Overview {
  now: string;
  ready: boolean;
  role?: Role;
  persons?: string[];
  currency?: string;
  charge_points: ChargePoint[];
}

export const subscribeOverview = (
  hass: HomeAssistant,
  listener: (overview: Overview) => void,
): Promise<Unsubscribe> =>
  hass.connection.subscribeMessage<Overview>(listener, {
    type: `${DOMAIN}/panel/overview`,
    language: hass.language,
  });
