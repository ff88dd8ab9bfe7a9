import type { Bus } from '@tollgate/bus';
import { GatewayError, findScopes, scopeName, type ScopeRecord, type ScopeRef } from '@tollgate/contracts';
import { RecordCache } from './record-cache.js';

export interface ScopeCacheOptions {
  /** Models with those of the access groups among them; absent: as they are. */
  readonly expand?: (models: string[]) => Promise<string[]>;
  readonly ttlMs: () => number;
  readonly now?: () => number;
}

/** Most tags and end users have no record: they are asked for as seldom as those that have. */
const UNKNOWN_TTL_MS = 60_000;
const LOOKUP_TIMEOUT_MS = 2_000;

/** What binds calls, by the name of the scope. */
export class ScopeCache {
  private readonly records: RecordCache<ScopeRecord>;

  constructor(bus: Bus, { ttlMs, now, expand }: ScopeCacheOptions) {
    this.records = new RecordCache({
      load: async (name) => {
        const question = { scopes: [refOf(name)] };
        const { scopes } = await bus.request(findScopes, question, { timeoutMs: LOOKUP_TIMEOUT_MS });
        const [record] = scopes;
        if (record === undefined || expand === undefined) return record ?? null;
        return { ...record, models: await expand(record.models) };
      },
      ttlMs,
      unknownTtlMs: UNKNOWN_TTL_MS,
      unavailable,
      now,
    });
  }

  /** The records that there are, in the order of the names (`scopeName`). At once when all are known. */
  find(names: readonly string[]): readonly ScopeRecord[] | Promise<readonly ScopeRecord[]> {
    const found: ScopeRecord[] = [];
    for (const name of names) {
      const record = this.records.find(name);
      if (record instanceof Promise) return this.findAll(names);
      if (record !== null) found.push(record);
    }
    return found;
  }

  drop(scope: ScopeRef): void {
    this.records.drop(scopeName(scope));
  }

  distrust(): void {
    this.records.distrust();
  }

  private async findAll(names: readonly string[]): Promise<readonly ScopeRecord[]> {
    const records = await Promise.all(names.map(async (name) => this.records.find(name)));
    return records.filter((record) => record !== null);
  }
}

function refOf(name: string): ScopeRef {
  const colon = name.indexOf(':');
  return { kind: name.slice(0, colon) as ScopeRef['kind'], id: name.slice(colon + 1) };
}

const unavailable = (cause?: unknown): GatewayError =>
  new GatewayError('service_unavailable', 'Limits cannot be checked at the moment. Try again shortly.', {
    cause,
    retryAfterMs: 1_000,
  });
