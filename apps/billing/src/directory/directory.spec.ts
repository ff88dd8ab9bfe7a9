import { NO_LIMITS, type DirectoryEntry, type EntryKind, type Membership } from '@tollgate/contracts';
import { ACTOR, describeOnDatabases, fresh, newEntry, newKey } from '../_directory-stage.js';

describeOnDatabases('the directory', (stage) => {
  const create = (kind: EntryKind, change = {}): Promise<DirectoryEntry> =>
    stage().entries.create(ACTOR, newEntry(kind, change));
  const createKey = async (change: object): Promise<string> =>
    (await stage().keyAdmin.create(ACTOR, newKey(change))).hash;
  const member = (containerId: string, userId: string, change: Partial<Membership> = {}): Membership => ({
    ...{ containerKind: 'team', containerId, userId, role: 'user', limits: NO_LIMITS },
    ...change,
  });
  const hasKey = async (hash: string): Promise<boolean> => (await stage().keys.find(hash)) !== null;

  it('keeps entries of every kind as they were given', async () => {
    const kinds: EntryKind[] = ['organization', 'team', 'project', 'user', 'end_user', 'tag', 'budget'];
    const limits = { ...NO_LIMITS, tokensPerMinute: 5 };
    for (const kind of [...kinds, 'access_group'] as const) {
      const wanted = newEntry(kind, {
        ...{ alias: 'Same Name', models: ['a', 'b'], limits, metadata: { nested: [1] }, blocked: true },
        ...{ memberLimits: kind === 'team' ? limits : null, settings: { user_role: 'team', other: null } },
      });
      const entry = await stage().entries.create(ACTOR, wanted);
      const stamps = { createdBy: 'ada', updatedBy: 'ada', createdAt: entry.createdAt };
      expect(entry).toEqual({ ...wanted, ...stamps, updatedAt: entry.createdAt });
      expect(await stage().directory.find(kind, [entry.id, 'none'])).toEqual([
        { ...entry, spendNanos: 0, keyCount: 0 },
      ]);
    }
  });

  it('has one entry of an id in a kind, and one user of an e-mail address in any case', async () => {
    const team = await create('team');
    await create('tag', { id: team.id });
    await expect(create('team', { id: team.id })).rejects.toMatchObject({
      message: `Team id = ${team.id} already exists. Please use a different team id.`,
      ...{ code: 'conflict', status: 400, options: { param: 'team_id' } },
    });
    const [address, other] = [fresh('Ada@example.org'), fresh('grace@example.org')];
    const user = await create('user', { settings: { user_email: address } });
    await create('tag', { settings: { user_email: address } });
    const taken = { code: 'conflict', status: 409, options: { param: 'user_email' } };
    const again = { settings: { user_email: address.toUpperCase() } };
    await expect(create('user', again)).rejects.toMatchObject(taken);
    await expect(create('user', { id: user.id })).rejects.toMatchObject({
      ...{ message: `User with id ${user.id} already exists`, options: { param: 'user_id' } },
    });
    const { id } = await create('user', { settings: { user_email: other } });
    await expect(stage().entries.update(ACTOR, { kind: 'user', id, patch: again })).rejects.toMatchObject(
      taken,
    );
  });

  it('refuses owners that do not exist; a project takes the organization of its team', async () => {
    for (const [field, param] of [
      ['organizationId', 'organization_id'],
      ['teamId', 'team_id'],
      ['userId', 'user_id'],
      ['budgetId', 'budget_id'],
    ] as const) {
      const refusal = { code: 'not_found', options: { param } };
      await expect(create('project', { [field]: 'nowhere' })).rejects.toMatchObject(refusal);
      const { id } = await create('project');
      const update = stage().entries.update(ACTOR, { kind: 'project', id, patch: { [field]: 'nowhere' } });
      await expect(update).rejects.toMatchObject(refusal);
    }
    const organization = await create('organization');
    const team = await create('team', { organizationId: organization.id });
    expect((await create('project', { teamId: team.id })).organizationId).toBe(organization.id);
  });

  it('changes what a patch names, tells ingress, and takes a team’s keys to its new organization', async () => {
    const [first, second] = [await create('organization'), await create('organization')];
    const team = await create('team', { organizationId: first.id, alias: 'before' });
    const [own, others] = [
      await createKey({ teamId: team.id }),
      await createKey({ teamId: team.id, organizationId: second.id }),
    ];
    const third = await create('organization');
    stage().told.clear();
    const patch = { organizationId: third.id, alias: null, models: undefined };
    const changed = await stage().entries.update(ACTOR, { kind: 'team', id: team.id, patch });
    expect(changed).toEqual({
      ...{ ...team, organizationId: third.id, alias: null, updatedAt: changed.updatedAt },
    });
    expect((await stage().keys.find(own))?.key.organizationId).toBe(third.id);
    expect((await stage().keys.find(others))?.key.organizationId).toBe(second.id);
    expect(stage().told.keys).toEqual([own]);
    expect(stage().told.scopes).toEqual([`team:${team.id}`, `key:${own}`]);
    const none = stage().entries.update(ACTOR, { kind: 'tag', id: 'none', patch: {} });
    await expect(none).rejects.toMatchObject({ code: 'not_found', options: { param: 'name' } });
  });

  it('deletes a team with its keys, projects and memberships, and nothing else', async () => {
    const [team, other] = [await create('team'), await create('team')];
    const project = await create('project', { teamId: team.id });
    const userId = fresh('user');
    await stage().members.set(ACTOR, [member(team.id, userId), member(other.id, userId)]);
    const keys = [
      ...[await createKey({ teamId: team.id, userId }), await createKey({ projectId: project.id })],
      ...[await createKey({ teamId: other.id, userId }), await createKey({ userId })],
    ] as const;
    stage().told.clear();
    const deleted = await stage().entries.delete(ACTOR, 'team', [team.id, 'none']);
    expect(deleted.deleted).toEqual([team]);
    expect(deleted.deletedKeys.sort()).toEqual([keys[0], keys[1]].sort());
    expect(await Promise.all(keys.map(hasKey))).toEqual([false, false, true, true]);
    expect(await stage().directory.find('project', [project.id])).toEqual([]);
    expect(await stage().directory.members({ userIds: [userId], limit: 10 })).toMatchObject([
      { containerId: other.id },
    ]);
    expect(stage().told.keys.sort()).toEqual([keys[0], keys[1]].sort());
    expect(stage().told.scopes).toEqual(
      expect.arrayContaining([`team:${team.id}`, `project:${project.id}`, `member:${team.id}:${userId}`]),
    );
  });

  it('deletes a user with the user’s keys and memberships, and an organization with its teams', async () => {
    const organization = await create('organization');
    const team = await create('team', { organizationId: organization.id });
    const user = await create('user');
    await stage().members.set(ACTOR, [
      member(team.id, user.id),
      member(organization.id, user.id, { containerKind: 'organization', role: 'org_admin' }),
    ]);
    const [own, ofTeam, elsewhere] = [
      await createKey({ userId: user.id }),
      await createKey({ teamId: team.id }),
      await createKey({}),
    ];
    expect((await stage().entries.delete(ACTOR, 'user', [user.id])).deletedKeys).toEqual([own]);
    expect(await stage().directory.members({ userIds: [user.id], limit: 10 })).toEqual([]);
    const deleted = await stage().entries.delete(ACTOR, 'organization', [organization.id]);
    expect(deleted.deleted.map(({ id }) => id)).toEqual([organization.id]);
    expect(await stage().directory.find('team', [team.id])).toEqual([]);
    expect(await Promise.all([ofTeam, elsewhere].map(hasKey))).toEqual([false, true]);
  });

  it('deletes no project that has keys, and ends the links to a tier', async () => {
    const project = await create('project');
    const hash = await createKey({ projectId: project.id });
    await expect(stage().entries.delete(ACTOR, 'project', [project.id])).rejects.toMatchObject({
      message: `Cannot delete project ${project.id}. 1 key(s) are associated with it. Please delete or reassign the keys first.`,
      ...{ code: 'invalid_request', options: { param: 'project_ids' } },
    });
    await stage().keyAdmin.delete(ACTOR, [hash], []);
    expect((await stage().entries.delete(ACTOR, 'project', [project.id])).deleted).toHaveLength(1);
    const tier = await create('budget');
    const team = await create('team', { budgetId: tier.id });
    const key = await createKey({ budgetId: tier.id });
    stage().told.clear();
    await stage().entries.delete(ACTOR, 'budget', [tier.id]);
    expect((await stage().directory.find('team', [team.id]))[0]?.budgetId).toBeNull();
    expect((await stage().keys.find(key))?.key.budgetId).toBeNull();
    expect(stage().told.scopes).toEqual(['all']);
  });

  it('sets members, changes them, and creates users that do not exist', async () => {
    const team = await create('team');
    const [known, unknown] = [await create('user'), fresh('unknown')];
    const limits = { ...NO_LIMITS, requestsPerMinute: 3 };
    const wanted = [member(team.id, known.id, { role: 'admin' }), member(team.id, unknown)];
    stage().told.clear();
    expect(await stage().members.set(ACTOR, [...wanted, wanted[0]!])).toEqual({
      ...{ members: wanted, createdUsers: [unknown] },
    });
    expect(stage().told.scopes).toEqual(
      expect.arrayContaining([`member:${team.id}:${unknown}`, `user:${known.id}`]),
    );
    expect(await stage().directory.find('user', [unknown])).toMatchObject([
      { settings: { user_role: 'internal_user' }, limits: NO_LIMITS },
    ]);
    await stage().members.set(ACTOR, [member(team.id, known.id, { limits })]);
    const listed = await stage().directory.members({ containerIds: [team.id], limit: 10 });
    expect(listed).toEqual(
      expect.arrayContaining([
        { ...member(team.id, known.id, { limits }), spendNanos: 0 },
        { ...member(team.id, unknown), spendNanos: 0 },
      ]),
    );
    await expect(stage().members.set(ACTOR, [member('nowhere', known.id)])).rejects.toMatchObject({
      ...{ code: 'not_found', options: { param: 'team_id' } },
    });
  });

  it('removes members with their keys for the team', async () => {
    const team = await create('team');
    const users = [fresh('leaves'), fresh('stays')] as const;
    await stage().members.set(
      ACTOR,
      users.map((id) => member(team.id, id)),
    );
    const [gone, ...kept] = [
      await createKey({ teamId: team.id, userId: users[0] }),
      await createKey({ teamId: team.id, userId: users[1] }),
      await createKey({ userId: users[0] }),
    ];
    const removal = { containerKind: 'team', containerId: team.id, userIds: [users[0], 'none'] } as const;
    expect(await stage().members.remove(ACTOR, removal)).toEqual({
      ...{ removed: [member(team.id, users[0])], deletedKeys: [gone] },
    });
    expect(await Promise.all(kept.map(hasKey))).toEqual([true, true]);
    expect(await stage().members.remove(ACTOR, removal)).toEqual({ removed: [], deletedKeys: [] });
  });

  it('keeps members apart whose names make up the same scope', async () => {
    const base = fresh('team');
    await create('team', { id: base });
    await create('team', { id: `${base}:a` });
    await stage().members.set(ACTOR, [member(base, 'a:b')]);
    await expect(stage().members.set(ACTOR, [member(`${base}:a`, 'b')])).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('lists by owner, member, role and any part of a name', async () => {
    const organization = await create('organization');
    const word = fresh('Word');
    const [first, second, third] = [
      await create('team', { organizationId: organization.id, alias: `b ${word}` }),
      await create('team', { organizationId: organization.id, alias: `a ${word}` }),
      await create('team', { alias: null, id: `${word.toLowerCase()}-id` }),
    ];
    const user = await create('user', { settings: { user_email: `${word}@x.org`, user_role: 'org_admin' } });
    await stage().members.set(ACTOR, [member(first.id, user.id)]);
    const list = async (kind: EntryKind, query: object): Promise<string[]> => {
      const { entries, total } = await stage().directory.list({ kind, limit: 100, ...query });
      expect(total).toBe(entries.length);
      return entries.map(({ id }) => id);
    };
    const search = word.toUpperCase();
    expect((await list('team', { search })).sort()).toEqual([first.id, second.id, third.id].sort());
    expect(await list('team', { search, sortBy: 'alias', descending: false })).toEqual([
      ...[second.id, first.id, third.id],
    ]);
    expect(await list('user', { search })).toEqual([user.id]);
    expect(await list('team', { organizationIds: [organization.id], sortBy: 'alias' })).toEqual([
      ...[first.id, second.id],
    ]);
    expect(await list('team', { memberId: user.id })).toEqual([first.id]);
    expect(await list('user', { role: 'org_admin', search })).toEqual([user.id]);
    expect(await list('user', { role: 'customer', search })).toEqual([]);
    const page = await stage().directory.list({ kind: 'team', search, sortBy: 'id', offset: 1, limit: 1 });
    expect(page).toMatchObject({ total: 3, entries: [{ id: [first.id, second.id, third.id].sort()[1] }] });
  });

  it('counts the keys of teams and users', async () => {
    const [team, user] = [await create('team'), await create('user')];
    await createKey({ teamId: team.id, userId: user.id });
    await stage().keyAdmin.delete(ACTOR, [await createKey({ teamId: team.id })], []);
    expect(await stage().directory.find('team', [team.id])).toMatchObject([{ keyCount: 1 }]);
    expect(await stage().directory.find('user', [user.id])).toMatchObject([{ keyCount: 1 }]);
  });
});
