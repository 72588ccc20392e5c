/** What tabs are asked with: fields, and figures side by side. */

import { css, html, nothing, type TemplateResult } from "lit";

import { PERIODS, type Days, type PeriodName } from "./days.ts";
import type { Choice } from "./ledger.ts";
import type { Overview } from "./overview.ts";
import type { Say } from "./texts.ts";

/** A field to choose one of some things with; the first choice stands for all of them. */
export const choose = (
  label: string,
  all: string | undefined,
  choices: readonly Choice[],
  chosen: string,
  onChosen: (id: string) => void,
): TemplateResult => html`<label class="field">
  <span>${label}</span>
  <select
    .value=${chosen}
    @change=${(event: Event): void => {
      onChosen((event.target as HTMLSelectElement).value);
    }}
  >
    ${all === undefined
      ? nothing
      : html`<option value="" ?selected=${chosen === ""}>${all}</option>`}
    ${choices.map(
      ({ id, name }) => html`<option value=${id} ?selected=${chosen === id}>${name}</option>`,
    )}
  </select>
</label>`;

/** A field for a civil day. */
export const chooseDay = (
  label: string,
  day: string | null,
  onChosen: (day: string | null) => void,
): TemplateResult => html`<label class="field">
  <span>${label}</span>
  <input
    type="date"
    min="2000-01-01"
    max="2099-12-31"
    .value=${day ?? ""}
    @change=${(event: Event): void => {
      onChosen((event.target as HTMLInputElement).value || null);
    }}
  />
</label>`;

/** Fields for a period: by its name, or of the owner's own. */
export const choosePeriod = (
  say: Say,
  name: PeriodName,
  custom: Days,
  onChosen: (name: PeriodName, custom: Days) => void,
  names: readonly PeriodName[] = PERIODS,
): TemplateResult => html`${choose(
  say("period.label"),
  undefined,
  names.map((id) => ({ id, name: say(`periods.${id}`) })),
  name,
  (id) => {
    onChosen(id as PeriodName, custom);
  },
)}
${name === "custom"
  ? html`${chooseDay(say("period.from"), custom.start, (start) => {
      onChosen(name, { ...custom, start });
    })}
    ${chooseDay(say("period.to"), custom.end, (end) => {
      onChosen(name, { ...custom, end });
    })}`
  : nothing}`;

/** Return the wallboxes that can be chosen among, and those of their connectors that there are several of. */
export const wallboxChoices = (overview: Overview, say: Say): readonly Choice[] =>
  overview.charge_points.flatMap(({ device_id: id, name, connectors }) => [
    { id, name },
    ...(connectors.length < 2
      ? []
      : connectors.map((each) => ({
          id: each.device_id,
          name: say("connector", { name, number: each.number }),
        }))),
  ]);

/** One of some things to choose among, side by side. */
export const segments = <Id extends string>(
  label: string,
  choices: readonly { id: Id; name: string }[],
  chosen: Id,
  onChosen: (id: Id) => void,
): TemplateResult => html`<div class="segments" role="group" aria-label=${label}>
  ${choices.map(
    ({ id, name }) =>
      html`<button
        aria-pressed=${id === chosen}
        @click=${(): void => {
          onChosen(id);
        }}
      >
        ${name}
      </button>`,
  )}
</div>`;

/** A figure with what it is. */
export const figure = (
  label: string,
  value: string | undefined,
  note: string | typeof nothing = nothing,
): TemplateResult | typeof nothing =>
  value === undefined
    ? nothing
    : html`<div>
        <dt>${label}</dt>
        <dd>${value}${note === nothing ? nothing : html`<small>${note}</small>`}</dd>
      </div>`;

export const controls = css`
  .fields {
    display: flex;
    flex-wrap: wrap;
    gap: 12px;
    align-items: end;
  }
  .field {
    display: grid;
    flex: 0 1 auto;
    gap: 4px;
    min-width: 0;
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
  }
  .field select {
    width: 100%;
  }
  select,
  input:not([type="checkbox"]) {
    min-width: 0;
    max-width: 100%;
    height: 44px;
    padding: 0 12px;
    border: 1px solid var(--divider-color);
    border-radius: 10px;
    background: var(--ha-card-background, var(--card-background-color));
    color: var(--primary-text-color);
    color-scheme: inherit;
    font: inherit;
    font-size: var(--ha-font-size-m, 14px);
  }
  .check {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 44px;
    cursor: pointer;
  }
  .check input {
    width: 18px;
    height: 18px;
    accent-color: var(--primary-color);
  }
  .segments {
    display: inline-flex;
    overflow: hidden;
    border-radius: 22px;
    background: color-mix(in srgb, var(--primary-text-color) 7%, transparent);
  }
  .segments button {
    padding: 0 16px;
    border-radius: 22px;
    background: none;
  }
  .segments button:hover {
    background: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
  }
  .segments button[aria-pressed="true"] {
    background: var(--strong);
    color: var(--text-primary-color);
  }
  .segments button:focus-visible {
    outline-offset: -4px;
    outline-color: currentcolor;
  }
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 16px 32px;
    margin: 0;
  }
  dt {
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
  }
  dd {
    margin: 2px 0 0;
    font-size: var(--ha-font-size-l, 18px);
    font-weight: 500;
    font-variant-numeric: tabular-nums;
  }
  dd small {
    display: block;
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
    font-weight: 400;
  }
  h2 {
    margin: 0;
    font-size: var(--ha-font-size-xl, 20px);
    font-weight: 500;
  }
  h3 {
    margin: 0 0 12px;
    font-size: var(--ha-font-size-l, 16px);
    font-weight: 500;
  }
  .quiet {
    color: var(--secondary-text-color);
  }
  summary {
    min-height: 44px;
    padding: 12px 0;
    border-radius: 8px;
    cursor: pointer;
    font-weight: 500;
  }
  .plain {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  .plain th,
  .plain td {
    padding: 8px 12px 8px 0;
    border-bottom: 1px solid var(--divider-color);
    text-align: end;
    white-space: nowrap;
  }
  .plain th:first-child,
  .plain td:first-child {
    text-align: start;
  }
  .plain th {
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
    font-weight: 500;
  }
  .plain tbody th {
    color: inherit;
    font-size: inherit;
    font-weight: 400;
  }
  .wide {
    overflow-x: auto;
  }
`;
