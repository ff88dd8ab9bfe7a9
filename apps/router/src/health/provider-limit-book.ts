import type { ProviderLimits } from '@tollgate/contracts';
import { merged, roomAt, wholeAt, windowOf, type RateWindow } from './rate-window.js';

interface Limits {
  requests: RateWindow | undefined;
  tokens: RateWindow | undefined;
  /** What was said last, for the other replicas. */
  said: ProviderLimits;
}

/**
 * What providers say is left of their rate limits, counted down as calls start, so that calls stop before the next 429. What
 * was said is forgotten when the limit is whole again.
 */
export class ProviderLimitBook {
  private readonly limits = new Map<string, Limits>();
  private readonly news = new Set<string>();

  /** `now`: epoch ms. */
  constructor(private readonly now: () => number) {}

  get isEmpty(): boolean {
    return this.limits.size === 0;
  }

  /** From an outcome. `ageMs`: how long ago the provider said so (of a stream: since its head). */
  learned(deploymentId: string, said: ProviderLimits, ageMs = 0): void {
    this.heard(deploymentId, said, ageMs);
    this.news.add(deploymentId);
  }

  /** From another replica, which tells it to all. */
  heard(deploymentId: string, said: ProviderLimits, ageMs = 0): void {
    const at = this.now() - ageMs;
    const known = this.limits.get(deploymentId);
    this.limits.set(deploymentId, {
      requests:
        said.requests === undefined ? known?.requests : merged(known?.requests, windowOf(said.requests, at)),
      tokens: said.tokens === undefined ? known?.tokens : merged(known?.tokens, windowOf(said.tokens, at)),
      said,
    });
  }

  /** Calls go out, from here or from another replica. `tokens`: of their prompts, estimated. */
  started(deploymentId: string, tokens: number, requests = 1): void {
    const known = this.limits.get(deploymentId);
    if (known === undefined) return;
    if (known.requests !== undefined) known.requests.remaining -= requests;
    if (known.tokens !== undefined) known.tokens.remaining -= tokens;
  }

  /** When there is room for a call with so many tokens (epoch ms); null: now, as far as is known. */
  limitedUntil(deploymentId: string, tokens: number): number | null {
    const known = this.limits.get(deploymentId);
    if (known === undefined) return null;
    const now = this.now();
    const requestsAt = known.requests === undefined ? null : roomAt(known.requests, 1, now);
    const tokensAt = known.tokens === undefined ? null : roomAt(known.tokens, tokens, now);
    return requestsAt === null ? tokensAt : Math.max(requestsAt, tokensAt ?? 0);
  }

  /** What this replica has learned since it was last asked. */
  take(): ReadonlyMap<string, ProviderLimits> {
    const news = new Map<string, ProviderLimits>();
    for (const id of this.news) {
      const known = this.limits.get(id);
      if (known !== undefined) news.set(id, known.said);
    }
    this.news.clear();
    return news;
  }

  /** Forgets what holds no longer. To be called now and then. */
  expire(): void {
    const now = this.now();
    for (const [id, { requests, tokens }] of this.limits) {
      const isOver = (window: RateWindow | undefined): boolean =>
        window === undefined || wholeAt(window) <= now;
      if (isOver(requests) && isOver(tokens)) this.limits.delete(id);
    }
  }
}
