/** Tries of a job unless its options say otherwise. */
export const DEFAULT_ATTEMPTS = 5;

/** Wait before the second try; each further one waits twice as long. */
export const DEFAULT_BACKOFF_MS = 1_000;

/** Jobs that one process runs at once. */
export const CONCURRENCY = 4;
