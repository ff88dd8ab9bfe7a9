import { NO_LIMITS, type ScopeRecord, type ScopeRef } from '@tollgate/contracts';
import { ACTOR, describeOnDatabases, fresh, newEntry, newKey } from '../_directory-stage.js';

const NOW = 1_790_000_000_000;
const rate = (requestsPerMinute: number) => ({ ...NO_LIMITS, requestsPerMinute });
const hard = (window: string, maxNanos: number) => ({ window, maxNanos, softNanos: null });

describeOnDatabases('scopes', (stage) => {
  const find = (...scopes: ScopeRef[]): Promise<ScopeRecord[]> => stage().scopes.find(scopes, NOW);

  it('finds what binds calls in one question, and leaves out what there is not', async () => {
    const team = await stage().entries.create(
      ACTOR,
      newEntry('team', { alias: 'Team', models: ['a'], metadata: { x: 1 }, limits: rate(1) }),
    );
    const [user, tag] = [fresh('user'), fresh('tag')];
    await stage().entries.create(ACTOR, newEntry('tag', { id: tag, blocked: true }));
    await stage().members.set(ACTOR, [
      { containerKind: 'team', containerId: team.id, userId: user, role: 'user', limits: rate(2) },
    ]);
    const key = await stage().keyAdmin.create(ACTOR, newKey({ alias: fresh('alias'), limits: rate(3) }));
    const found = await find(
      { kind: 'team', id: team.id },
      { kind: 'user', id: user },
      { kind: 'tag', id: tag },
      { kind: 'member', id: `${team.id}:${user}` },
      { kind: 'key', id: key.hash },
      { kind: 'gateway', id: 'all' },
      { kind: 'organization', id: team.id },
      { kind: 'member', id: `${team.id}:nobody` },
      { kind: 'end_user', id: user },
    );
    const common = { alias: null, blocked: false, models: [], metadata: {} };
    const byKind = Object.fromEntries(found.map(({ changedAt: _at, ...scope }) => [scope.kind, scope]));
    expect(byKind).toEqual({
      team: {
        kind: 'team',
        id: team.id,
        alias: 'Team',
        blocked: false,
        models: ['a'],
        ...{ metadata: { x: 1 } },
        limits: rate(1),
      },
      user: { ...common, kind: 'user', id: user, limits: NO_LIMITS },
      tag: { ...common, kind: 'tag', id: tag, blocked: true, limits: NO_LIMITS },
      member: { ...common, kind: 'member', id: `${team.id}:${user}`, limits: rate(2) },
      key: {
        ...{ kind: 'key', id: key.hash, alias: key.alias, blocked: false, models: key.models },
        ...{ metadata: key.metadata, limits: rate(3) },
      },
    });
    expect(found).toHaveLength(5);
    await stage().keyAdmin.delete(ACTOR, [key.hash], []);
    expect(await find({ kind: 'key', id: key.hash })).toEqual([]);
  });

  it('tells what a team may use of MCP', async () => {
    const permission = { mcp_servers: ['search'] };
    const settings = { object_permission: permission, other: 1 };
    const { id } = await stage().entries.create(ACTOR, newEntry('team', { settings }));
    const [found] = await find({ kind: 'team', id });
    expect(found).toMatchObject({ objectPermission: permission });
  });

  it("merges a tier's limits under own ones, and a team's for each member", async () => {
    const limits = { ...rate(5), budgets: [hard('1mo', 100)] };
    const { id: budgetId } = await stage().entries.create(ACTOR, newEntry('budget', { limits }));
    const key = await stage().keyAdmin.create(ACTOR, newKey({ limits: rate(9), budgetId }));
    const team = await stage().entries.create(ACTOR, newEntry('team', { budgetId, memberLimits: rate(7) }));
    const userId = fresh('user');
    const own = { ...NO_LIMITS, budgets: [hard('1d', 1)] };
    await stage().members.set(ACTOR, [
      { containerKind: 'team', containerId: team.id, userId, role: 'user', limits: own },
    ]);
    const limitsOf = async (scope: ScopeRef): Promise<unknown> => (await find(scope))[0]?.limits;
    expect(await limitsOf({ kind: 'key', id: key.hash })).toEqual({ ...limits, requestsPerMinute: 9 });
    expect(await limitsOf({ kind: 'team', id: team.id })).toEqual(limits);
    expect(await limitsOf({ kind: 'member', id: `${team.id}:${userId}` })).toEqual({
      ...own,
      ...rate(7),
      budgets: own.budgets,
    });
  });

  it('tells when limits were last changed, be it those of the tier', async () => {
    const { id: budgetId } = await stage().entries.create(ACTOR, newEntry('budget'));
    const { id } = await stage().entries.create(ACTOR, newEntry('team', { budgetId }));
    const changedAt = async (): Promise<number> => (await find({ kind: 'team', id }))[0]?.changedAt ?? 0;
    const made = await changedAt();
    expect(Date.now() - made).toBeLessThan(60_000);
    const old = "update directory_entry set updated_at = 5 where kind = 'team' and id = $1";
    await stage().database.dataSource.query(old, [id]);
    const patch = { limits: rate(1) };
    const tier = await stage().entries.update(ACTOR, { kind: 'budget', id: budgetId, patch });
    expect(await changedAt()).toBe(tier.updatedAt);
  });

  it('knows a temporary increase until it is over', async () => {
    const of = async (until: number): Promise<unknown> => {
      const limits = { ...NO_LIMITS, temporaryIncrease: { nanos: 5, until } };
      const { hash: id } = await stage().keyAdmin.create(ACTOR, newKey({ limits }));
      return (await find({ kind: 'key', id }))[0]?.limits.temporaryIncrease;
    };
    expect(await of(NOW + 1)).toEqual({ nanos: 5, until: NOW + 1 });
    expect(await of(NOW)).toBeNull();
  });

  it('finds a rotated key under its new hash', async () => {
    const { hash } = await stage().keyAdmin.create(ACTOR, newKey({ limits: rate(4) }));
    const newHash = fresh('new');
    const rotation = { hash, newHash, newName: 'sk-...x', graceUntil: Date.now() + 60_000, patch: {} };
    await stage().keyAdmin.rotate(ACTOR, rotation);
    expect(await find({ kind: 'key', id: hash }, { kind: 'key', id: newHash })).toMatchObject([
      { id: newHash, limits: rate(4) },
    ]);
  });
});
