/** What all charts look alike by. */

import { css } from "lit";

export const looks = css`
  figure {
    display: grid;
    grid-template-columns: var(--margin) minmax(0, 1fr);
    margin: 0;
    padding: 10px 0 2px;
    border-radius: 8px;
    cursor: crosshair;
    touch-action: pan-y;
  }
  .scale,
  .axis {
    position: relative;
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
    font-variant-numeric: tabular-nums;
  }
  .scale span {
    position: absolute;
    right: 10px;
    transform: translateY(-50%);
    white-space: nowrap;
  }
  .plot {
    position: relative;
    height: var(--height);
  }
  svg {
    display: block;
    width: 100%;
    height: 100%;
    overflow: visible;
  }
  .across {
    stroke: var(--divider-color);
  }
  .axis {
    grid-column: 2;
    height: 20px;
    margin-top: 6px;
  }
  .axis span {
    position: absolute;
    transform: translateX(-50%);
    white-space: nowrap;
  }
  .pointer {
    position: absolute;
    top: 0;
    bottom: 0;
    width: 1px;
    background: var(--secondary-text-color);
    pointer-events: none;
  }
  .caption {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 10px;
    min-height: 20px;
    margin: 6px 0 0;
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
  }
  .caption b {
    color: var(--primary-text-color);
    font-weight: 500;
  }
`;
