import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import {
  GatewayError,
  NO_LIMITS,
  findEntries,
  scopeName,
  type Budget,
  type Limits,
  type ScopeRecord,
} from '@tollgate/contracts';
import type { Caller } from '../auth/caller.js';
import { RecordCache } from '../auth/record-cache.js';
import { ScopeCache } from '../auth/scope-cache.js';
import { bindingScopes, type BoundCall } from './binding-scopes.js';

const TIER_TTL_MS = 60_000;
const LOOKUP_TIMEOUT_MS = 2_000;

type Records = readonly ScopeRecord[];

/** Finds the records of all that may bind a call. */
@Injectable()
export class Bindings {
  private gateway: ScopeRecord | null = null;
  private readonly tiers: RecordCache<Limits>;

  constructor(
    private readonly scopes: ScopeCache,
    private readonly config: LiveConfig,
    @Inject(BUS) bus: Bus,
  ) {
    config.follow(({ general }) => {
      const { gateway } = general.budgets;
      this.gateway = gateway.length === 0 ? null : recordOf('gateway', 'all', gateway);
    });
    this.tiers = new RecordCache<Limits>({
      load: async (id) => {
        const question = { kind: 'budget' as const, ids: [id] };
        const { entries } = await bus.request(findEntries, question, { timeoutMs: LOOKUP_TIMEOUT_MS });
        return entries[0]?.limits ?? null;
      },
      ttlMs: () => TIER_TTL_MS,
      unknownTtlMs: TIER_TTL_MS,
      unavailable,
    });
  }

  /** At once when all are known; in the order of `bindingScopes`. Rejects with `service_unavailable`. */
  of(caller: Caller, call: BoundCall): Records | Promise<Records> {
    const names = bindingScopes(call, this.config.current.general.budgets);
    const { keyScope } = caller;
    if (keyScope !== null && names.length <= 2 && names[0] === keyScope.name) return this.ofKey(keyScope);
    const asked = names.filter((name) => name !== GATEWAY && name !== keyScope?.name);
    const found = asked.length === 0 ? [] : this.scopes.find(asked);
    return found instanceof Promise
      ? found.then((records) => this.complete(names, records, call, keyScope))
      : this.complete(names, found, call, keyScope);
  }

  /** The tier of unknown end users has changed, or any other. */
  tierChanged(): void {
    this.tiers.distrust();
  }

  /** What most calls need: no look-up. */
  private ofKey({ record }: NonNullable<Caller['keyScope']>): Records {
    return this.gateway === null ? [record] : [record, this.gateway];
  }

  private complete(
    names: readonly string[],
    found: Records,
    { endUser }: BoundCall,
    keyScope: Caller['keyScope'],
  ): Records | Promise<Records> {
    const byName = new Map(found.map((record) => [scopeName(record), record]));
    if (keyScope !== null) byName.set(keyScope.name, keyScope.record);
    if (this.gateway !== null) byName.set(GATEWAY, this.gateway);
    const ordered = (): Records => names.flatMap((name) => byName.get(name) ?? []);
    if (endUser === null) return ordered();
    const name = `end_user:${endUser}`;
    if (hasBudget(byName.get(name))) return ordered();
    const limits = this.defaultLimits();
    const known = byName.get(name);
    const add = (own: Limits | null): Records => {
      if (own !== null) byName.set(name, { ...(known ?? recordOf('end_user', endUser, [])), limits: own });
      return ordered();
    };
    return limits instanceof Promise ? limits.then(add) : add(limits);
  }

  /** Of end users without a budget of their own; null: there are none. */
  private defaultLimits(): Limits | null | Promise<Limits | null> {
    const { endUserTier, endUser } = this.config.current.general.budgets;
    if (endUserTier !== null) return this.tiers.find(endUserTier);
    return endUser.length === 0 ? null : { ...NO_LIMITS, budgets: [...endUser] };
  }
}

const GATEWAY = 'gateway:all';

const hasBudget = (record: ScopeRecord | undefined): boolean => (record?.limits.budgets.length ?? 0) > 0;

const recordOf = (kind: ScopeRecord['kind'], id: string, budgets: readonly Budget[]): ScopeRecord => ({
  kind,
  id,
  alias: null,
  blocked: false,
  models: [],
  limits: { ...NO_LIMITS, budgets: [...budgets] },
  metadata: {},
});

const unavailable = (cause?: unknown): GatewayError =>
  new GatewayError('service_unavailable', 'Budgets cannot be checked at the moment. Try again shortly.', {
    cause,
    retryAfterMs: 1_000,
  });
