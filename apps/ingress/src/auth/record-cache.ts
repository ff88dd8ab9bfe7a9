import { BoundedMap } from '@tollgate/collections';
import type { GatewayError } from '@tollgate/contracts';
import { keyLookupFailed } from '../events.js';

export interface RecordCacheOptions<Value> {
  /** Asks billing; null: there is no such record. */
  readonly load: (id: string) => Promise<Value | null>;
  /** How long a record serves without being asked for again. Changes are told by event; this is the net below. */
  readonly ttlMs: () => number;
  /** An unknown one is asked for again after this long; one that is created meanwhile is told by event. */
  readonly unknownTtlMs: number;
  /** The error of a record that cannot be had. */
  readonly unavailable: (cause?: unknown) => GatewayError;
  readonly now?: (() => number) | undefined;
  readonly capacity?: number | undefined;
}

interface Entry<Value> {
  readonly value: Value;
  readonly askedAt: number;
  readonly freshUntil: number;
  readonly usableUntil: number;
}

/** Records go on serving this long beyond their time to live while billing is away. */
const STALE_MS = 600_000;
/** While billing is away a stale record is asked for again only this often. */
const RETRY_MS = 2_000;
/** A flood of made-up keys must not become a flood of questions. */
const MAX_LOOKUPS = 256;
const CAPACITY = 10_000;

/** Billing's records by id: bounded, asked for once however many calls wait, dropped the moment billing tells of a change. */
export class RecordCache<Value> {
  private readonly known: BoundedMap<string, Entry<Value>>;
  /** Unknown ids have a map of their own, so that made-up ones cannot push out real ones. */
  private readonly unknown: BoundedMap<string, number>;
  private readonly lookups = new Map<string, Promise<Value | null>>();
  private readonly now: () => number;
  private distrustedBefore = 0;

  constructor(private readonly options: RecordCacheOptions<Value>) {
    const { now = Date.now, capacity = CAPACITY } = options;
    this.now = now;
    this.known = new BoundedMap(capacity);
    this.unknown = new BoundedMap(capacity);
  }

  /** Null when there is no such record. At once when it is known. Rejects with `unavailable`. */
  find(id: string): Value | null | Promise<Value | null> {
    const now = this.now();
    const entry = this.known.get(id);
    if (entry !== undefined && this.isFresh(entry, now)) return entry.value;
    if ((this.unknown.get(id) ?? 0) > now) return null;
    const running = this.lookups.get(id);
    if (running !== undefined) return running;
    const lookup = this.lookup(id);
    this.lookups.set(id, lookup);
    return lookup;
  }

  /** Forgets a record. A lookup on its way may carry the old one: its answer is not kept, and nobody new waits for it. */
  drop(id: string): void {
    this.known.delete(id);
    this.unknown.delete(id);
    this.lookups.delete(id);
  }

  /** News may have been missed: every record is asked for again before it serves, and unknown ones too. */
  distrust(): void {
    this.distrustedBefore = this.now();
    this.unknown.clear();
  }

  private isFresh(entry: Entry<Value>, now: number): boolean {
    return entry.freshUntil > now && entry.askedAt >= this.distrustedBefore;
  }

  private async lookup(id: string): Promise<Value | null> {
    // The first turn ends here, so that `find` has registered this lookup before it is compared below.
    await Promise.resolve();
    const own = this.lookups.get(id);
    const askedAt = this.now();
    try {
      if (this.lookups.size > MAX_LOOKUPS) throw this.options.unavailable();
      const value = await this.options.load(id);
      if (this.lookups.get(id) === own) this.keep(id, value, askedAt);
      return value;
    } catch (cause) {
      return this.withoutBilling(id, cause);
    } finally {
      if (this.lookups.get(id) === own) this.lookups.delete(id);
    }
  }

  private keep(id: string, value: Value | null, askedAt: number): void {
    const now = this.now();
    if (value === null) {
      this.known.delete(id);
      this.unknown.set(id, now + this.options.unknownTtlMs);
      return;
    }
    const freshUntil = now + this.options.ttlMs();
    this.known.set(id, { value, askedAt, freshUntil, usableUntil: freshUntil + STALE_MS });
  }

  private withoutBilling(id: string, cause: unknown): Value {
    const now = this.now();
    const entry = this.known.get(id);
    keyLookupFailed(cause, entry === undefined ? 'refused' : 'served-stale');
    if (entry === undefined || entry.usableUntil <= now) throw this.options.unavailable(cause);
    const freshUntil = Math.min(now + RETRY_MS, entry.usableUntil);
    this.known.set(id, { ...entry, askedAt: now, freshUntil });
    return entry.value;
  }
}
