/** Tries of a job unless its options say otherwise. */
export const DEFAULT_ATTEMPTS = 5;

/** Wait before the second try; each further one waits twice as long. */
export const DEFAULT_BACKOFF_MS = 1_000;

/** Jobs that one process runs at once. */
export const CONCURRENCY = 4;

/** A job whose process died is run again after this long. Renewed while the job runs. */
export const DEFAULT_LEASE_MS = 30_000;

/** What was given up is kept for so long, and so many of it. */
export const KEEP_FAILURES_MS = 7 * 24 * 3_600_000;
export const KEEP_FAILURES = 1_000;

/** The reason of a job that was given up because no try came to an end. */
export const DIED = 'its process died in the last try';
