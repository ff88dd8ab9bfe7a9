import { NO_LIMITS, type AuditRecord } from '@tollgate/contracts';
import {
  ACTOR,
  describeOnDatabases,
  fresh,
  newEntry,
  newKey,
  type DirectoryStage,
} from '../_directory-stage.js';
import { canonicalJson, withoutSecrets } from './audit-chain.js';

describe('the audit chain', () => {
  it('writes the same text for the same value, whatever the order of its names', () => {
    const value = { b: [1, { z: null, y: undefined }], a: 'x\u2028"', c: 1e21, '': -0 };
    expect(canonicalJson(value)).toBe('{"":0,"a":"x\u2028\\"","b":[1,{"z":null}],"c":1e+21}');
    const turned = Object.fromEntries(Object.entries(value).toReversed());
    expect(canonicalJson(turned)).toBe(canonicalJson(value));
    expect(canonicalJson(JSON.parse(JSON.stringify(value)))).toBe(canonicalJson(value));
  });

  it('takes secrets out, however deep, and leaves what only sounds like one', () => {
    const callback = { langfuse_secret_key: 'sk-lf', host: 'https://x' };
    expect(
      withoutSecrets({
        ...{ alias: 'api_key', max_tokens: 5, tokensPerMinute: null, param: 'sealed:v1:AAAA' },
        metadata: { logging: [{ callback_vars: callback }], passwords: ['a', { b: 'c' }] },
      }),
    ).toEqual({
      ...{ alias: 'api_key', max_tokens: 5, tokensPerMinute: null, param: '***' },
      metadata: {
        logging: [{ callback_vars: { langfuse_secret_key: '***', host: 'https://x' } }],
        passwords: ['***', { b: '***' }],
      },
    });
  });
});

/** With the guard off that keeps rows from being changed, as somebody with the rights of an owner could. */
async function tampering({ database }: DirectoryStage, statement: string): Promise<void> {
  await database.dataSource.transaction(async (manager) => {
    await manager.query('alter table audit_record disable trigger audit_record_kept');
    await manager.query(statement);
    await manager.query('alter table audit_record enable trigger audit_record_kept');
  });
}

describeOnDatabases('the audit log', (stage) => {
  const records = async (objectId: string): Promise<AuditRecord[]> =>
    (await stage().audit.list({ objectId, limit: 100 })).records;

  it('holds every change with what was before and after, and without secrets', async () => {
    const metadata = { logging: [{ callback_vars: { langfuse_secret_key: 'sk-lf-1' } }] };
    const key = await stage().keyAdmin.create(ACTOR, newKey({ metadata }));
    const changed = await stage().keyAdmin.update(ACTOR, key.hash, { limits: NO_LIMITS });
    await stage().keyAdmin.update(ACTOR, key.hash, { blocked: true });
    await stage().keyAdmin.update(ACTOR, key.hash, { blocked: false });
    await stage().keyAdmin.delete({ ...ACTOR, userId: null }, [key.hash], []);
    const log = await records(key.hash);
    expect(log.map(({ action }) => action)).toEqual([
      'deleted',
      'unblocked',
      'blocked',
      'updated',
      'created',
    ]);
    expect(log[3]).toMatchObject({
      ...{ actor: ACTOR, object: 'key', before: { limits: key.limits }, after: { limits: NO_LIMITS } },
    });
    expect(log[3]?.at).toBeGreaterThanOrEqual(changed.updatedAt);
    expect(log[0]).toMatchObject({ actor: { userId: null }, after: null, before: { blocked: false } });
    expect(JSON.stringify(log)).not.toContain('sk-lf-1');
  });

  it('holds nothing of what was refused', async () => {
    const { id } = await stage().entries.create(ACTOR, newEntry('team'));
    await expect(stage().entries.create(ACTOR, newEntry('team', { id }))).rejects.toThrow();
    expect(await records(id)).toHaveLength(1);
    expect(stage().told.scopes).toEqual([`team:${id}`]);
  });

  it('numbers what happens at once without gaps, in one chain', async () => {
    const before = (await stage().audit.list({ limit: 1 })).records[0]?.sequence ?? 0;
    const refused = await stage().entries.create(ACTOR, newEntry('tag'));
    await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) =>
        stage().entries.create(ACTOR, newEntry('tag', index % 4 === 0 ? { id: refused.id } : {})),
      ),
    );
    const { records: log } = await stage().audit.list({ limit: 100 });
    const sequences = log.map(({ sequence }) => sequence).filter((sequence) => sequence > before);
    expect(sequences).toEqual(Array.from({ length: 31 }, (_, index) => before + 31 - index));
    expect(await stage().audit.verify()).toEqual({ checked: before + 31, brokenAt: null, next: null });
  });

  it('lists by object, who did it, action and time, newest first, in pages', async () => {
    const [by, from] = [fresh('by'), Date.now()];
    const actor = { ...ACTOR, userId: by };
    const teams = [
      await stage().entries.create(actor, newEntry('team')),
      await stage().entries.create(actor, newEntry('team')),
    ];
    await stage().entries.create(actor, newEntry('tag'));
    const list = async (query: object): Promise<string[]> => {
      const { records: log, total } = await stage().audit.list({ changedBy: by, limit: 100, ...query });
      expect(total).toBeGreaterThanOrEqual(log.length);
      return log.map(({ objectId }) => objectId);
    };
    expect(await list({ object: 'team' })).toEqual([teams[1]?.id, teams[0]?.id]);
    expect(await list({ action: 'deleted' })).toEqual([]);
    expect(await list({ to: from })).toEqual([]);
    expect(await list({ from, limit: 1, object: 'team' })).toEqual([teams[1]?.id]);
    const [newest] = await records(teams[1]?.id ?? '');
    expect(await list({ object: 'team', before: newest?.sequence })).toEqual([teams[0]?.id]);
  });

  it('refuses to change or delete what it holds', async () => {
    await stage().entries.create(ACTOR, newEntry('tag'));
    const { dataSource } = stage().database;
    for (const statement of [
      'update audit_record set at = 0',
      'delete from audit_record',
      'truncate audit_record',
    ])
      await expect(dataSource.query(statement)).rejects.toThrow('neither changed nor deleted');
  });

  it('alerts of keys, teams and users, once for a change however many it touches', async () => {
    const team = await stage().entries.create(ACTOR, newEntry('team', { alias: 'Builders' }));
    for (let index = 0; index < 3; index += 1)
      await stage().keyAdmin.create(ACTOR, newKey({ teamId: team.id, alias: fresh('robot') }));
    await stage().entries.create(ACTOR, newEntry('tag'));
    stage().told.clear();
    await stage().entries.delete(ACTOR, 'team', [team.id]);
    expect(stage().told.alerts).toMatchObject([
      { type: 'virtual_key_deleted', message: '3 virtual keys were deleted by ada', details: { count: 3 } },
      { type: 'team_deleted', message: `Team 'Builders' (${team.id}) was deleted by ada` },
    ]);
    const ids = stage().told.alerts.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    stage().told.clear();
    const key = await stage().keyAdmin.create(ACTOR, newKey({ alias: 'robot' }));
    await stage().keyAdmin.update(ACTOR, key.hash, { blocked: true });
    expect(stage().told.alerts.map(({ type, message }) => [type, message])).toEqual([
      ['virtual_key_created', "Virtual key 'robot' (sk-...abcd) was created by ada"],
      ['virtual_key_updated', "Virtual key 'robot' (sk-...abcd) was blocked by ada"],
    ]);
    expect(JSON.stringify(stage().told.alerts.map(({ message }) => message))).not.toContain(key.hash);
  });

  // These leave the chain broken: they come last.
  it('finds the row that was changed, and the one that is missing', async () => {
    for (let index = 0; index < 4; index += 1) await stage().entries.create(ACTOR, newEntry('tag'));
    const { total, records: log } = await stage().audit.list({ limit: 1 });
    const last = log[0]?.sequence ?? 0;
    expect(await stage().audit.verify()).toEqual({ checked: total, brokenAt: null, next: null });
    expect(await stage().audit.verify(last - 2)).toEqual({ checked: 2, brokenAt: null, next: null });
    await tampering(stage(), `update audit_record set after = '{}' where sequence = ${last - 1}`);
    expect(await stage().audit.verify()).toEqual({ checked: last - 2, brokenAt: last - 1, next: null });
    await tampering(stage(), `delete from audit_record where sequence = ${last - 2}`);
    expect(await stage().audit.verify()).toMatchObject({ brokenAt: last - 2 });
    await tampering(stage(), `delete from audit_record where sequence >= ${last - 2}`);
    expect(await stage().audit.verify()).toMatchObject({ checked: last - 3, brokenAt: last - 2 });
  });
});
