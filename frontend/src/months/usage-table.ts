/** What the bars show, as a table. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { controls } from "../controls.ts";
import { define } from "../element.ts";
import { formatEnergy, formatMoney, formatNumber } from "../formats.ts";
import type { HomeAssistant } from "../home-assistant.ts";
import { isThere, type Bucket, type Usage } from "../ledger.ts";
import { shared } from "../styles.ts";
import type { Say } from "../texts.ts";
import { solarShare } from "../totals.ts";
import { nameOf, type Shown } from "./shown.ts";

class UsageTable extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    usage: { attribute: false },
    shown: { attribute: false },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare usage: Usage;
  declare shown: Shown;

  protected override render(): TemplateResult {
    const { hass, say, usage, shown } = this;
    const sourced = isThere("solar", usage, usage.total.solar);
    const cost = (bucket: Bucket): string =>
      bucket.cost === null ? "–" : formatMoney(hass, bucket.cost, usage.currency);
    const row = (name: string, bucket: Bucket): TemplateResult => html`<tr>
      <th scope="row">${name}</th>
      <td>${formatNumber(hass, bucket.sessions)}</td>
      <td>${formatEnergy(hass, bucket.energy)}</td>
      <td>${cost(bucket)}</td>
      ${sourced
        ? html`<td>${solarShare(hass, bucket, usage) ?? "–"}</td>`
        : nothing}
    </tr>`;
    return html`<details>
      <summary>${say("usage.as_table")}</summary>
      <div class="wide" role="region" tabindex="0" aria-label=${say("usage.as_table")}>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">${say("period.label")}</th>
              <th scope="col">${say("sessions.count")}</th>
              <th scope="col">${say("sessions.energy")}</th>
              <th scope="col">${say("sessions.cost")}</th>
              ${sourced ? html`<th scope="col">${say("sources.solar")}</th>` : nothing}
            </tr>
          </thead>
          <tbody>
            ${usage.buckets
              .filter(({ first }) => first <= usage.today)
              .map((bucket) => row(nameOf(hass, shown, bucket.first), bucket))}
          </tbody>
          <tfoot>
            ${row(say("usage.total"), usage.total)}
          </tfoot>
        </table>
      </div>
    </details>`;
  }

  static override styles = [
    shared,
    controls,
    css`
      .plain tfoot th,
      .plain tfoot td {
        border-bottom: 0;
        color: var(--primary-text-color);
        font-size: inherit;
        font-weight: 500;
      }
    `,
  ];
}

define("smart-charge-point-usage-table", UsageTable);
