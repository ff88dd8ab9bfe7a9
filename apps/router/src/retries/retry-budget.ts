/** Retries that a group may make in a burst, and per second without any other traffic. */
const RESERVE = 10;
const MOST = 100;

/**
 * Keeps retries from becoming a storm: each call earns a share of a retry, each retry costs a whole one. A few a second are free,
 * so that a quiet group may retry at all. One bucket a group. (As in Finagle's RetryBudget.)
 */
export class RetryBudget {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly now: () => number) {}

  /** A call begins. `share` null: retries are not limited. */
  earn(group: string, share: number | null): void {
    if (share === null) return;
    const bucket = this.bucketOf(group);
    bucket.tokens = Math.min(MOST, bucket.tokens + share);
  }

  /** Whether one more retry fits; if so it is paid for. */
  spend(group: string, share: number | null): boolean {
    if (share === null) return true;
    const bucket = this.bucketOf(group);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  private bucketOf(group: string): { tokens: number; at: number } {
    const now = this.now();
    let bucket = this.buckets.get(group);
    if (bucket === undefined) this.buckets.set(group, (bucket = { tokens: RESERVE, at: now }));
    // The reserve is filled up with time, what calls have earned beyond it is kept.
    if (bucket.tokens < RESERVE)
      bucket.tokens = Math.min(RESERVE, bucket.tokens + ((now - bucket.at) / 1_000) * RESERVE);
    bucket.at = now;
    return bucket;
  }
}
