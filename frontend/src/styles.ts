/** What all parts of the panel look alike by: the user's theme, and nothing of its own. */

import { css } from "lit";

export const shared = css`
  :host {
    /* Dark enough for small letters on it, which the theme's own colour need not be. */
    --strong: color-mix(in srgb, var(--primary-color) 80%, #000);
    display: block;
    box-sizing: border-box;
    color: var(--primary-text-color);
    font-family: var(--ha-font-family-body, Roboto, sans-serif);
    font-size: var(--ha-font-size-m, 14px);
    line-height: 1.4;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  .card {
    padding: 20px;
    border: var(--ha-card-border-width, 1px) solid
      var(--ha-card-border-color, var(--divider-color));
    border-radius: var(--ha-card-border-radius, 12px);
    background: var(--ha-card-background, var(--card-background-color));
    box-shadow: var(--ha-card-box-shadow, none);
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 44px;
    padding: 0 18px;
    border: 0;
    border-radius: 22px;
    background: color-mix(in srgb, var(--primary-color) 16%, transparent);
    color: var(--primary-text-color);
    font: inherit;
    font-weight: 500;
    cursor: pointer;
    transition: background 120ms;
  }
  button ha-icon {
    --mdc-icon-size: 20px;
    color: var(--primary-color);
  }
  /* What points on or back does so the other way where the page is read from right to left. */
  .turning {
    transform: scaleX(var(--scale-direction, 1));
  }
  button:hover {
    background: color-mix(in srgb, var(--primary-color) 26%, transparent);
  }
  button[aria-disabled="true"] {
    background: color-mix(in srgb, var(--primary-text-color) 7%, transparent);
    color: var(--secondary-text-color);
    cursor: not-allowed;
  }
  button[aria-disabled="true"] ha-icon {
    color: inherit;
  }
  .notice {
    margin: 0;
    padding: 10px 14px;
    border-radius: 8px;
    background: color-mix(in srgb, var(--error-color) 14%, transparent);
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`;
