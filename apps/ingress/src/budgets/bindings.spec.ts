import type { Bus } from '@tollgate/bus';
import { BUDGET_DEFAULTS, GENERAL_DEFAULTS, LiveConfig, ROUTER_DEFAULTS } from '@tollgate/config';
import { NO_LIMITS, findEntries, findScopes, scopeName, type ScopeRecord } from '@tollgate/contracts';
import { FakeBus, keyRecordOf } from '../_harness.js';
import { keyCaller, masterCaller, type Caller } from '../auth/caller.js';
import { ScopeCache } from '../auth/scope-cache.js';
import { Bindings } from './bindings.js';

const budget = { window: null, maxNanos: 5, softNanos: null };

const known = (kind: ScopeRecord['kind'], id: string): ScopeRecord => ({
  ...{ kind, id, alias: null, blocked: false, models: [], limits: NO_LIMITS, metadata: {} },
});

let bus: FakeBus;
const bindingsWith = (budgets: Partial<typeof BUDGET_DEFAULTS> = {}): Bindings => {
  const general = { ...GENERAL_DEFAULTS, budgets: { ...BUDGET_DEFAULTS, ...budgets } };
  const config = new LiveConfig({
    deployments: [],
    aliases: new Map(),
    guardrails: new Map(),
    mcpServers: new Map(),
    router: ROUTER_DEFAULTS,
    general,
  });
  const scopes = new ScopeCache(bus as unknown as Bus, { ttlMs: () => 60_000 });
  return new Bindings(scopes, config, bus as unknown as Bus);
};

const namesOf = async (
  bindings: Bindings,
  caller: Caller,
  call: { endUser?: string; tags?: string[] } = {},
): Promise<string[]> => {
  const { principal } = caller;
  const records = await bindings.of(caller, {
    principal,
    endUser: call.endUser ?? null,
    tags: call.tags ?? [],
  });
  return records.map(scopeName);
};

const teamKey = keyCaller(
  keyRecordOf({ hash: 'h', teamId: 't', userId: 'u', organizationId: 'o', projectId: 'p' }),
);

beforeEach(() => {
  bus = new FakeBus();
  bus.reply(findScopes, ({ scopes }) => ({ scopes: scopes.map(({ kind, id }) => known(kind, id)) }));
});

describe('what may bind a call', () => {
  it('are its owners, its end user and its tags; a user not with the keys of a team', async () => {
    expect(await namesOf(bindingsWith(), teamKey, { endUser: 'e', tags: ['x', 'default'] })).toEqual([
      ...['team:t', 'key:h', 'member:t:u', 'project:p', 'organization:o', 'end_user:e', 'tag:x'],
    ]);
    const own = keyCaller(keyRecordOf({ hash: 'h', userId: 'u' }));
    expect(await namesOf(bindingsWith(), own)).toEqual(['key:h', 'user:u']);
    expect(await namesOf(bindingsWith({ userBindsTeamKeys: true }), teamKey)).toContain('user:u');
  });

  it('is found at once and without asking for a key of nobody', () => {
    const caller = keyCaller(keyRecordOf({ hash: 'h' }));
    const { principal } = caller;
    expect(bindingsWith().of(caller, { principal, endUser: null, tags: [] })).toHaveLength(1);
    expect(bus.asked).toEqual([]);
  });

  it('is asked for a key with a tier, whose limits are not all its own', async () => {
    const caller = keyCaller(keyRecordOf({ hash: 'h', budgetId: 'tier' }));
    await namesOf(bindingsWith(), caller);
    expect(bus.asked).toEqual([
      { subject: findScopes.subject, payload: { scopes: [{ kind: 'key', id: 'h' }] } },
    ]);
  });

  it('is the gateway for everybody, the master key too', async () => {
    const bindings = bindingsWith({ gateway: [budget] });
    expect(await namesOf(bindings, masterCaller('m'))).toEqual(['gateway:all']);
    expect(await namesOf(bindings, teamKey)).toContain('gateway:all');
  });

  it('gives end users without a budget the default, or that of a tier', async () => {
    bus.reply(findScopes, () => ({ scopes: [] }));
    const { principal } = teamKey;
    const call = { principal, endUser: 'new', tags: [] };
    const own = await bindingsWith({ endUser: [budget] }).of(teamKey, call);
    expect(own.at(-1)).toMatchObject({ kind: 'end_user', id: 'new', limits: { budgets: [budget] } });
    const limits = { ...NO_LIMITS, requestsPerMinute: 3 };
    bus.reply(findEntries, () => ({ entries: [{ limits }] }) as never);
    const bindings = bindingsWith({ endUserTier: 'free' });
    const tiered = await bindings.of(teamKey, call);
    expect(tiered.at(-1)).toMatchObject({ id: 'new', limits: { requestsPerMinute: 3 } });
  });
});
