/** Links to other pages of Home Assistant. */

import { html, type TemplateResult } from "lit";

import { navigate } from "./home-assistant.ts";

/** Return whether a click asks for what it opens in a page of its own. */
export const isApart = (event: MouseEvent): boolean =>
  event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;

/** A link to another page of Home Assistant, which is not loaded anew for it. */
export const link = (path: string, text: string): TemplateResult => html`<a
  href=${path}
  @click=${(event: MouseEvent): void => {
    if (!isApart(event)) {
      event.preventDefault();
      navigate(path);
    }
  }}
  >${text}</a
>`;
