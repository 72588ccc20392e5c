import { vi } from "vitest";

/** How long what is waited for may take on a machine that others use too, in ms; by itself Vitest waits for one second. */
const PATIENCE = 30_000;

const waitFor = vi.waitFor.bind(vi);
const waitLonger: typeof vi.waitFor = (callback, options) =>
  waitFor(callback, options ?? { timeout: PATIENCE });
vi.waitFor = waitLonger;
