import type { Bus } from '@tollgate/bus';
import { GatewayError, findKey } from '@tollgate/contracts';
import { BoundedMap } from '../bounded-map.js';
import { keyLookupFailed } from '../events.js';
import { keyCaller, type Caller } from './caller.js';

export interface KeyCacheOptions {
  /** How long a record serves without being asked for again. Changes are told by event; this is the net below. */
  readonly ttlMs: () => number;
  readonly now?: () => number;
  readonly capacity?: number;
}

interface Entry {
  readonly caller: Caller;
  readonly askedAt: number;
  readonly freshUntil: number;
  readonly usableUntil: number;
}

/** Records go on serving this long beyond their time to live while billing is away. */
const STALE_MS = 600_000;
/** While billing is away a stale record is asked for again only this often. */
const RETRY_MS = 2_000;
/** An unknown key is asked for again after this long; one that is created meanwhile is told by event. */
const UNKNOWN_TTL_MS = 1_000;
const LOOKUP_TIMEOUT_MS = 2_000;
/** A flood of made-up keys must not become a flood of questions. */
const MAX_LOOKUPS = 256;

/** Key records by hash: bounded, asked for once however many calls wait, dropped the moment billing tells of a change. */
export class KeyCache {
  private readonly known: BoundedMap<string, Entry>;
  /** Unknown hashes have a map of their own, so that made-up keys cannot push out real ones. */
  private readonly unknown: BoundedMap<string, number>;
  private readonly lookups = new Map<string, Promise<Caller | null>>();
  private readonly now: () => number;
  private distrustedBefore = 0;

  constructor(
    private readonly bus: Bus,
    private readonly options: KeyCacheOptions,
  ) {
    const capacity = options.capacity ?? 10_000;
    this.now = options.now ?? Date.now;
    this.known = new BoundedMap(capacity);
    this.unknown = new BoundedMap(capacity);
  }

  /** The caller of a key; null when there is no such key. At once when it is known. Rejects with `service_unavailable`. */
  find(hash: string): Caller | null | Promise<Caller | null> {
    const now = this.now();
    const entry = this.known.get(hash);
    if (entry !== undefined && this.isFresh(entry, now)) return entry.caller;
    if ((this.unknown.get(hash) ?? 0) > now) return null;
    const running = this.lookups.get(hash);
    if (running !== undefined) return running;
    const lookup = this.lookup(hash);
    this.lookups.set(hash, lookup);
    return lookup;
  }

  /** Forgets a record. A lookup on its way may carry the old one: its answer is not kept, and nobody new waits for it. */
  drop(hash: string): void {
    this.known.delete(hash);
    this.unknown.delete(hash);
    this.lookups.delete(hash);
  }

  /** News may have been missed: every record is asked for again before it serves. */
  distrust(): void {
    this.distrustedBefore = this.now();
  }

  private isFresh(entry: Entry, now: number): boolean {
    return entry.freshUntil > now && entry.askedAt >= this.distrustedBefore;
  }

  private async lookup(hash: string): Promise<Caller | null> {
    // The first turn ends here, so that `find` has registered this lookup before it is compared below.
    await Promise.resolve();
    const own = this.lookups.get(hash);
    const askedAt = this.now();
    try {
      if (this.lookups.size > MAX_LOOKUPS) throw unavailable();
      const found = await this.bus.request(findKey, { hash }, { timeoutMs: LOOKUP_TIMEOUT_MS });
      const caller = found === null ? null : keyCaller(found.key);
      if (this.lookups.get(hash) === own) this.keep(hash, caller, askedAt);
      return caller;
    } catch (cause) {
      return this.withoutBilling(hash, cause);
    } finally {
      if (this.lookups.get(hash) === own) this.lookups.delete(hash);
    }
  }

  private keep(hash: string, caller: Caller | null, askedAt: number): void {
    const now = this.now();
    if (caller === null) {
      this.known.delete(hash);
      this.unknown.set(hash, now + UNKNOWN_TTL_MS);
      return;
    }
    const freshUntil = now + this.options.ttlMs();
    this.known.set(hash, { caller, askedAt, freshUntil, usableUntil: freshUntil + STALE_MS });
  }

  private withoutBilling(hash: string, cause: unknown): Caller {
    const now = this.now();
    const entry = this.known.get(hash);
    keyLookupFailed(cause, entry === undefined ? 'refused' : 'served-stale');
    if (entry === undefined || entry.usableUntil <= now) throw unavailable(cause);
    const freshUntil = Math.min(now + RETRY_MS, entry.usableUntil);
    this.known.set(hash, { ...entry, askedAt: now, freshUntil });
    return entry.caller;
  }
}

const unavailable = (cause?: unknown): GatewayError =>
  new GatewayError('service_unavailable', 'API keys cannot be checked at the moment. Try again shortly.', {
    cause,
    retryAfterMs: 1_000,
  });
