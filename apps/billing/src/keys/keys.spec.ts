import { GatewayError, NO_LIMITS, type KeyRecord, type NewKey } from '@tollgate/contracts';
import { ACTOR, describeOnDatabases, fresh, newEntry, newKey } from '../_directory-stage.js';

const HOUR_MS = 3_600_000;

describeOnDatabases('keys', (stage) => {
  const create = (change: Partial<NewKey> = {}): Promise<KeyRecord> =>
    stage().keyAdmin.create(ACTOR, newKey(change));
  const rotate = (hash: string, graceUntil: number | null, newHash = fresh('new')): Promise<KeyRecord> =>
    stage().keyAdmin.rotate(ACTOR, { hash, newHash, newName: 'sk-...wxyz', graceUntil, patch: {} });

  it('keeps keys as they were given, and finds none where there is none', async () => {
    const routing = {
      ...{ fallbacks: { '*': ['chat-quality'] }, aliases: { fast: 'chat-default' }, numRetries: 1 },
    };
    const wanted = newKey({
      alias: fresh('alias'),
      routing,
      userId: 'unheard-of',
      policy: { priority: 'p' },
    });
    const key = await stage().keyAdmin.create(ACTOR, wanted);
    expect(key).toEqual({
      ...wanted,
      ...{ createdBy: 'ada', updatedBy: 'ada', createdAt: key.updatedAt, updatedAt: key.updatedAt },
    });
    expect(await stage().keys.find(key.hash)).toEqual({
      ...{ key, spendNanos: 0, lastActiveAt: null, status: 'active' },
    });
    expect(await stage().keys.find('no such hash')).toBeNull();
    expect(stage().told.keys).toEqual([key.hash]);
    expect(stage().told.scopes).toEqual([`key:${key.hash}`]);
  });

  it('refuses a second key of the same alias or hash, naming the parameter', async () => {
    const alias = fresh('only-once');
    const key = await create({ alias });
    const refusal = await create({ alias }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(GatewayError);
    expect(refusal).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(`Key with alias '${alias}' already exists`) as string,
      options: { param: 'key_alias' },
    });
    const sameHash = { code: 'invalid_request', options: { param: 'key' } };
    await expect(create({ hash: key.hash })).rejects.toMatchObject(sameHash);
    const other = await create();
    await expect(stage().keyAdmin.update(ACTOR, other.hash, { alias })).rejects.toMatchObject({
      options: { param: 'key_alias' },
    });
  });

  it('refuses owners that do not exist, and takes the organization of its team', async () => {
    for (const [field, param] of [
      ['teamId', 'team_id'],
      ['organizationId', 'organization_id'],
      ['projectId', 'project_id'],
      ['budgetId', 'budget_id'],
    ])
      await expect(create({ [field as 'teamId']: 'nowhere' })).rejects.toMatchObject({
        ...{ code: 'not_found', options: { param } },
      });
    const organization = await stage().entries.create(ACTOR, newEntry('organization'));
    const team = await stage().entries.create(ACTOR, newEntry('team', { organizationId: organization.id }));
    const key = await create({ teamId: team.id });
    expect(key.organizationId).toBe(organization.id);
    const moved = await stage().keyAdmin.update(ACTOR, (await create()).hash, { teamId: team.id });
    expect(moved.organizationId).toBe(organization.id);
  });

  it('changes what a patch names and nothing else', async () => {
    const key = await create({ routing: { numRetries: 2 }, alias: fresh('alias') });
    const limits = { ...NO_LIMITS, budgets: [{ window: '1mo', maxNanos: 5, softNanos: null }] };
    const changed = await stage().keyAdmin.update(ACTOR, key.hash, {
      ...{ limits, alias: null, routing: null, models: undefined },
    });
    const { routing: _routing, ...rest } = key;
    expect(changed).toEqual({ ...rest, limits, alias: null, updatedAt: changed.updatedAt });
    expect((await stage().keys.find(key.hash))?.key).toEqual(changed);
    await expect(stage().keyAdmin.update(ACTOR, 'no such hash', {})).rejects.toMatchObject({
      ...{ code: 'not_found', options: { param: 'key' } },
    });
  });

  it('deletes by hash and by alias, frees the alias, and keeps what there was', async () => {
    const alias = fresh('to-delete');
    const [first, second] = [await create(), await create({ alias })];
    const deleted = await stage().keyAdmin.delete(
      ACTOR,
      [first.hash, 'no such hash'],
      [alias, "'; drop table virtual_key; --"],
    );
    expect(deleted.sort()).toEqual([first.hash, second.hash].sort());
    expect(await stage().keyAdmin.delete(ACTOR, deleted, [alias])).toEqual([]);
    expect(await stage().keys.find(first.hash)).toBeNull();
    expect(await stage().keys.find(first.hash, true)).toMatchObject({ status: 'deleted', key: first });
    const listed = await stage().keys.list({ hashes: deleted, status: 'deleted', limit: 10 });
    expect(listed).toMatchObject({ total: 2, keys: [{ status: 'deleted' }, { status: 'deleted' }] });
    await create({ alias });
    // The same key again is another one.
    expect((await create({ hash: first.hash, alias: null })).createdAt).toBeGreaterThanOrEqual(
      first.createdAt,
    );
    expect(await stage().keys.find(first.hash)).toMatchObject({ status: 'active' });
  });

  it('goes on under a new hash; the old one is good for as long as it was given', async () => {
    const key = await create({ alias: fresh('alias') });
    await stage().database.dataSource.query('update virtual_key set spend_nanos = 7 where hash = $1', [
      key.hash,
    ]);
    const graceUntil = Date.now() + HOUR_MS;
    const rotated = await rotate(key.hash, graceUntil);
    expect(rotated).toEqual({ ...key, hash: rotated.hash, name: 'sk-...wxyz', updatedAt: rotated.updatedAt });
    expect(await stage().keys.find(rotated.hash)).toMatchObject({ key: rotated, spendNanos: 7 });
    expect(await stage().keys.find(key.hash)).toMatchObject({
      ...{ key: { ...rotated, expiresAt: graceUntil }, spendNanos: 7 },
    });
    const again = await rotate(rotated.hash, null);
    expect(await stage().keys.find(rotated.hash)).toBeNull();
    expect((await stage().keys.find(key.hash))?.key.hash).toBe(again.hash);
    stage().told.clear();
    await stage().keyAdmin.update(ACTOR, again.hash, { blocked: true });
    expect(stage().told.keys.sort()).toEqual([key.hash, again.hash].sort());
    expect((await stage().keys.find(key.hash))?.key.blocked).toBe(true);
    await stage().keyAdmin.delete(ACTOR, [again.hash], []);
    expect(await stage().keys.find(key.hash)).toBeNull();
  });

  it('gives a key no value that another one has or had', async () => {
    const [key, other] = [await create(), await create()];
    const taken = { code: 'invalid_request', options: { param: 'key' } };
    await expect(rotate(key.hash, null, other.hash)).rejects.toMatchObject(taken);
    await rotate(key.hash, null);
    await expect(create({ hash: key.hash })).rejects.toMatchObject(taken);
    await expect(rotate(other.hash, null, key.hash)).rejects.toMatchObject(taken);
    await expect(rotate('no such hash', null)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lets go of keys that expired before a time, and later of what is kept of them', async () => {
    const [expired, later, never] = [
      await create({ expiresAt: 99 }),
      await create({ expiresAt: 100 }),
      await create(),
    ];
    expect(await stage().keys.deleteExpired(100)).toEqual([expired.hash]);
    expect(await stage().keys.find(later.hash)).not.toBeNull();
    expect(await stage().keys.find(never.hash)).not.toBeNull();
    expect(await stage().keys.find(expired.hash, true)).toMatchObject({ status: 'deleted' });
    await stage().keys.forgetDeleted(Date.now() + 1);
    expect(await stage().keys.find(expired.hash, true)).toBeNull();
  });

  it('lists by owner, all of them or any', async () => {
    const [teamId, userId, createdBy] = [fresh('team'), fresh('user'), fresh('maker')];
    await stage().entries.create(ACTOR, newEntry('team', { id: teamId }));
    const both = await create({ teamId, userId });
    const ofTeam = await create({ teamId });
    const made = await stage().keyAdmin.create({ ...ACTOR, userId: createdBy }, newKey());
    const hashesOf = async (query: object): Promise<string[]> => {
      const { keys, total } = await stage().keys.list({ limit: 100, ...query });
      expect(total).toBe(keys.length);
      return keys.map(({ key }) => key.hash).sort();
    };
    const owners = { teamIds: [teamId], userIds: [userId] };
    expect(await hashesOf(owners)).toEqual([both.hash]);
    expect(await hashesOf({ ...owners, createdBy, anyOwner: true })).toEqual(
      [both.hash, ofTeam.hash, made.hash].sort(),
    );
    expect(await hashesOf({ createdBy })).toEqual([made.hash]);
    expect(await hashesOf({ organizationIds: ['none'] })).toEqual([]);
    expect(await hashesOf({ userIds: [] })).toEqual([]);
  });

  it('sorts and pages; keys without a value come last; any part of an alias finds it', async () => {
    const word = fresh('word');
    const aliases = [`B-${word}-100%`, `a-${word}`, `c-${word}`];
    for (const [index, alias] of aliases.entries())
      await create({ alias, expiresAt: index === 1 ? null : Date.now() + (2 - index) * HOUR_MS });
    const page = async (query: object): Promise<(string | null)[]> => {
      const { keys, total } = await stage().keys.list({ alias: word.toUpperCase(), limit: 2, ...query });
      expect(total).toBe(3);
      return keys.map(({ key }) => key.alias);
    };
    expect(await page({})).toEqual([aliases[2], aliases[1]]);
    expect(await page({ offset: 2 })).toEqual([aliases[0]]);
    expect(await page({ sortBy: 'expiresAt', descending: false, limit: 3 })).toEqual([
      ...[aliases[2], aliases[0], aliases[1]],
    ]);
    expect(await page({ sortBy: 'expiresAt', limit: 3 })).toEqual([aliases[0], aliases[2], aliases[1]]);
    expect((await stage().keys.list({ alias: '100%', limit: 9 })).total).toBe(1);
    expect((await stage().keys.list({ alias: '%', limit: 9 })).total).toBe(1);
  });
});
