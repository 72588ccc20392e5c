/** What stands where there is nothing yet. */

import { css, html, nothing, type TemplateResult } from "lit";

import { link } from "./link.ts";
import type { Overview } from "./overview.ts";
import type { Say } from "./texts.ts";

/** Where Home Assistant shows what it has discovered. */
const DISCOVERED = "/config/integrations/dashboard";

export const nothingYet = (
  icon: string,
  text: string,
  more: TemplateResult | typeof nothing = nothing,
): TemplateResult => html`<div class="card nothing">
  <ha-icon icon=${icon}></ha-icon>
  <p>${text}</p>
  ${more}
</div>`;

/** Say that there is no wallbox yet, and lead administrators to where one is added. */
export const noWallbox = (say: Say, { role }: Overview): TemplateResult =>
  nothingYet(
    "mdi:ev-station",
    say("no_wallbox"),
    role === "administrator" ? html`<p>${link(DISCOVERED, say("open_settings"))}</p>` : nothing,
  );

export const nothingStyles = css`
  .nothing {
    padding: 48px 24px;
    color: var(--secondary-text-color);
    text-align: center;
  }
  .nothing ha-icon {
    --mdc-icon-size: 48px;
  }
  .nothing a {
    color: var(--primary-text-color);
  }
`;
