/** Figures of what a number of sessions come to. */

import { nothing, type TemplateResult } from "lit";

import { figure } from "./controls.ts";
import { formatDuration, formatEnergy, formatMoney, formatNumber, formatShare } from "./formats.ts";
import type { HomeAssistant } from "./home-assistant.ts";
import { isThere, type SessionsPage, type Totals } from "./ledger.ts";
import type { Say } from "./texts.ts";

type Figure = TemplateResult | typeof nothing;

export const countFigure = (hass: HomeAssistant, say: Say, { sessions }: Totals): Figure =>
  figure(say("sessions.count"), formatNumber(hass, sessions));

export const energyFigure = (hass: HomeAssistant, say: Say, { energy }: Totals): Figure =>
  figure(say("sessions.energy"), formatEnergy(hass, energy));

/** Where a part of the energy had no price, that is said. */
export const costFigure = (
  hass: HomeAssistant,
  say: Say,
  { cost, cost_complete: complete }: Totals,
  currency: string,
): Figure =>
  figure(
    say("sessions.cost"),
    cost === null ? undefined : formatMoney(hass, cost, currency),
    complete ? nothing : say("in_part"),
  );

export const flowTimeFigure = (hass: HomeAssistant, say: Say, totals: Totals): Figure =>
  figure(say("session.flow_time"), formatDuration(hass, say, totals.flow_time * 1000));

/** Say which part of the energy came from the sun, of that whose source is known; nothing in a home without it. */
export const solarShare = (
  hass: HomeAssistant,
  { solar, sourced }: Pick<Totals, "solar" | "sourced">,
  home: Pick<SessionsPage, "sources">,
): string | undefined =>
  isThere("solar", home, solar) && sourced > 0 ? formatShare(hass, solar / sourced) : undefined;
