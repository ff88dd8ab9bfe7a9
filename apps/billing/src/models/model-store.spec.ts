import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError, type Actor, type StoredModel } from '@tollgate/contracts';
import { openDatabase, type Database, type DatabaseTarget } from '@tollgate/database';
import { describeWithServers, startPostgres } from '@tollgate/testing';
import { AuditLog } from '../audit/audit-log.js';
import { BILLING_SCHEMA } from '../schema.js';
import { ModelStore } from './model-store.js';

interface TestTarget {
  readonly target: DatabaseTarget;
  stop(): Promise<void>;
}

async function embedded(): Promise<TestTarget> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-models-'));
  return { target: { dataDirectory }, stop: () => rm(dataDirectory, { recursive: true }) };
}

async function postgres(): Promise<TestTarget> {
  const server = await startPostgres();
  return { target: { url: server.url }, stop: () => server.stop() };
}

const NOW = 1_790_000_000_000;
const ACTOR: Actor = { keyHash: 'master', userId: 'admin', role: 'proxy_admin' };

const model = (id: string, change: Partial<StoredModel> = {}): StoredModel => ({
  id,
  name: 'chat',
  params: { model: 'openai/gpt-4o', api_key: 'sealed:v1:AAAA', input_cost_per_token: 0.0000025, rpm: 6 },
  info: { mode: 'chat', nested: { list: [1, 'two', null] } },
  createdBy: 'admin',
  updatedBy: 'admin',
  createdAt: NOW,
  updatedAt: NOW,
  ...change,
});

function suite(open: () => Promise<TestTarget>): void {
  let place: TestTarget;
  let database: Database;
  let store: ModelStore;

  beforeAll(async () => {
    place = await open();
    database = await openDatabase(place.target, BILLING_SCHEMA);
    store = new ModelStore(database);
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await place.stop();
  });

  afterEach(() => database.dataSource.query('delete from stored_model'));

  const create = ({ id, name, params, info }: StoredModel): ReturnType<ModelStore['create']> =>
    store.create({ id, name, params, info, actor: ACTOR }, NOW);
  const all = async (): Promise<StoredModel[]> => (await store.list(null)).models;

  it('gives back what was stored, field by field', async () => {
    await create(model('b'));
    await create(model('a', { name: 'other' }));
    expect(await store.list(null)).toMatchObject({
      models: [model('a', { name: 'other' }), model('b')],
      next: null,
    });
  });

  it('has one model of an id', async () => {
    const { version } = await create(model('a'));
    const again = await create(model('a')).catch((error: unknown) => error);
    expect(again).toBeInstanceOf(GatewayError);
    expect((again as GatewayError).toShape()).toMatchObject({
      code: 'invalid_request',
      param: 'model_info.id',
    });
    // The refused change is none.
    expect((await store.list(null)).version).toBe(version);
  });

  it('changes what a patch names, and removes what it sets to null', async () => {
    await create(model('a'));
    const someone = { ...ACTOR, userId: 'someone' };
    const patch = { params: { rpm: 7, api_key: null, tags: ['x'] }, info: { mode: 'embedding' } };
    const changed = await store.update({ id: 'a', actor: someone, ...patch }, NOW + 1);
    const expected = model('a', {
      params: { model: 'openai/gpt-4o', input_cost_per_token: 0.0000025, rpm: 7, tags: ['x'] },
      info: { mode: 'embedding', nested: { list: [1, 'two', null] } },
      updatedBy: 'someone',
      updatedAt: NOW + 1,
    });
    expect(changed?.value).toEqual(expected);
    expect(await all()).toEqual([expected]);
    expect(await store.update({ id: 'none', actor: someone }, NOW)).toBeNull();
  });

  it('loses none of the changes that come at once', async () => {
    await create(model('a', { params: {} }));
    const names = Array.from({ length: 10 }, (_, index) => `field${String(index)}`);
    await Promise.all(
      names.map((name) => store.update({ id: 'a', actor: ACTOR, params: { [name]: 1 } }, NOW)),
    );
    expect(Object.keys((await all())[0]!.params).toSorted()).toEqual(names.toSorted());
  });

  it('deletes a model once', async () => {
    await create(model('a'));
    expect((await store.delete('a', ACTOR)).value).toBe(true);
    expect((await store.delete('a', ACTOR)).value).toBe(false);
    expect(await all()).toEqual([]);
  });

  it('holds every change in the audit log, without credentials', async () => {
    await create(model('audited'));
    await store.update({ id: 'audited', actor: ACTOR, params: { rpm: 7 } }, NOW + 1);
    await store.delete('audited', ACTOR);
    await store.delete('audited', ACTOR);
    const { records } = await new AuditLog(database).list({ object: 'model', objectId: 'audited', limit: 9 });
    expect(records.map(({ action }) => action)).toEqual(['deleted', 'updated', 'created']);
    expect(records[1]).toMatchObject({
      before: { name: 'chat', params: { rpm: 6, api_key: '***' } },
      after: { params: { rpm: 7, model: 'openai/gpt-4o' }, updatedAt: NOW + 1 },
    });
    expect(JSON.stringify(records)).not.toContain('sealed:');
  });

  it('numbers the changes', async () => {
    const versions = [(await store.list(null)).version];
    versions.push((await create(model('a'))).version);
    versions.push((await store.update({ id: 'a', actor: ACTOR, name: 'y' }, NOW))!.version);
    versions.push((await store.delete('a', ACTOR)).version);
    expect(versions.map((version) => version - versions[0]!)).toEqual([0, 1, 2, 3]);
    expect((await store.list(null)).version).toBe(versions.at(-1));
  });

  it('gives pages that fit in a message', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `m${String(index).padStart(2, '0')}`);
    for (const id of ids) await create(model(id, { info: { note: 'x'.repeat(20_000) } }));
    const pages: StoredModel[][] = [];
    for (let after: string | null | undefined = null; after !== undefined;) {
      const page = await store.list(after);
      expect(JSON.stringify(page).length).toBeLessThan(512 * 1024);
      pages.push(page.models);
      after = page.next ?? undefined;
    }
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat().map(({ id }) => id)).toEqual(ids);
  });
}

describe('stored models in PGlite', () => suite(embedded));
describeWithServers('stored models in Postgres', () => suite(postgres));
