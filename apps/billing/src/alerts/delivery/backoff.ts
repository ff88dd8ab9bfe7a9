const FIRST_MS = 1_000;
const MOST_MS = 5 * 60_000;

/** An alert that did not arrive for so long is given up. */
export const GIVE_UP_MS = 48 * 3_600_000;

/** How long to wait after so many failed tries: twice as long each time, five minutes at most. */
export const backoffMs = (attempts: number): number =>
  Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(20, Math.max(0, attempts - 1)));
