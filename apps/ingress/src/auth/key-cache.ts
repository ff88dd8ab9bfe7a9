import type { Bus } from '@tollgate/bus';
import { GatewayError, findKey } from '@tollgate/contracts';
import { keyCaller, type Caller } from './caller.js';
import { RecordCache } from './record-cache.js';

export interface KeyCacheOptions {
  /** Models with those of the access groups among them; absent: as they are. */
  readonly expand?: (models: string[]) => Promise<string[]>;
  readonly ttlMs: () => number;
  readonly now?: () => number;
  readonly capacity?: number;
}

/** An unknown key is asked for again after this long; one that is created meanwhile is told by event. */
const UNKNOWN_TTL_MS = 1_000;
const LOOKUP_TIMEOUT_MS = 2_000;

/** Callers by the hash of their key. */
export class KeyCache {
  private readonly records: RecordCache<Caller>;

  constructor(bus: Bus, { ttlMs, now, capacity, expand = asTheyAre }: KeyCacheOptions) {
    this.records = new RecordCache({
      load: async (hash) => {
        const found = await bus.request(findKey, { hash }, { timeoutMs: LOOKUP_TIMEOUT_MS });
        if (found === null) return null;
        return keyCaller({ ...found.key, models: await expand(found.key.models) });
      },
      ttlMs,
      unknownTtlMs: UNKNOWN_TTL_MS,
      unavailable,
      now,
      capacity,
    });
  }

  /** The caller of a key; null when there is no such key. At once when it is known. Rejects with `service_unavailable`. */
  find(hash: string): Caller | null | Promise<Caller | null> {
    return this.records.find(hash);
  }

  drop(hash: string): void {
    this.records.drop(hash);
  }

  distrust(): void {
    this.records.distrust();
  }
}

const asTheyAre = (models: string[]): Promise<string[]> => Promise.resolve(models);

const unavailable = (cause?: unknown): GatewayError =>
  new GatewayError('service_unavailable', 'API keys cannot be checked at the moment. Try again shortly.', {
    cause,
    retryAfterMs: 1_000,
  });
