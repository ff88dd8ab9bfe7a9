import { openDatabase, type Database } from '@tollgate/database';
import { describeWithServers, startPostgres, type TestServer } from '@tollgate/testing';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { ReportStore } from '../spend/report-store.js';
import { SpendStore } from '../spend/spend-store.js';
import { BILLING_SCHEMA } from '../schema.js';

const BEFORE = BILLING_SCHEMA.migrations.filter(({ name }) => Number(name.slice(-13)) < 1790000000013);
const CALLED = [Date.UTC(2026, 0, 31, 23, 59), Date.UTC(2026, 1, 1), Date.UTC(2026, 1, 1, 0, 30)];

const INSERT = `
  insert into ledger_entry (
    id, call_id, response_id, status, measured, usage_input, usage_cache_read, usage_cache_write_5m,
    usage_cache_write_1h, usage_output, usage_reasoning, usage_audio_input, usage_audio_output, usage_searches,
    raw_usage, cost_nanos, model, model_group, upstream_model, deployment_id, provider, key_hash, user_id, team_id,
    end_user, tags, stream, started_at, ended_at, called_at
  ) values ($1 || ':1', $1, 'answer-' || $1, $2, true, 10, 1, 2, 3, 4, 5, 0, 0, 0,
    '{"total": 25}', 1000, 'm', 'g', 'u', 'd', 'p', 'key', 'ada', 'team', $3, '{a,a,b}', false, $4, $4, $4)`;

describeWithServers('the ledger of before', () => {
  let server: TestServer;
  let database: Database;

  beforeAll(async () => {
    server = await startPostgres();
    const old = await openDatabase({ url: server.url }, { entities: [], migrations: BEFORE });
    for (const [index, calledAt] of CALLED.entries())
      await old.dataSource.query(INSERT, [
        ...[`call-${index}`, index === 0 ? 'failed' : 'complete', index === 1 ? 'customer' : null, calledAt],
      ]);
    await old.close();
    database = await openDatabase({ url: server.url }, BILLING_SCHEMA);
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  it('is whole in its partitions, and a repeat of what was there is one', async () => {
    const { rows } = await new SpendStore(database).list({ limit: 10 });
    expect(rows.map(({ id, calledAt }) => [id, calledAt])).toEqual([
      ...[2, 1, 0].map((index) => [`call-${index}:1`, CALLED[index]]),
    ]);
    expect(rows[0]).toMatchObject({
      callId: 'call-2',
      keyHash: 'key',
      tags: ['a', 'a', 'b'],
      rawUsage: { total: 25 },
    });
    const ledger = new Ledger(database, new Partitions(database));
    expect(await ledger.record(rows)).toMatchObject({ inserted: 0, duplicate: 3 });
  });

  it('is summed up by hour, day and scope', async () => {
    const reports = new ReportStore(database);
    const metrics = {
      spendNanos: 1_000,
      promptTokens: 16,
      completionTokens: 9,
      cacheReadTokens: 1,
      cacheWriteTokens: 5,
    };
    const days = await reports.report({ by: ['day'], orderBy: 'day', limit: 10 });
    expect(days.rows).toMatchObject([
      { by: { day: '2026-02-01' }, spendNanos: 2_000, requests: 2, failures: 0 },
      { by: { day: '2026-01-31' }, ...metrics, requests: 1, failures: 1 },
    ]);
    const hour = await reports.report({
      by: ['tag'],
      from: CALLED[1],
      to: Date.UTC(2026, 1, 1, 1),
      limit: 10,
    });
    expect(hour.rows).toMatchObject(
      ['a', 'b'].map((tag) => ({ by: { tag }, spendNanos: 2_000, requests: 2 })),
    );
    const totals = await database.dataSource.query<object[]>(
      'select kind, id, spend_nanos, requests from spend_total order by kind, id',
    );
    const all = { spend_nanos: '3000', requests: '3' };
    expect(totals).toEqual([
      { kind: 'end_user', id: 'customer', spend_nanos: '1000', requests: '1' },
      { kind: 'gateway', id: 'all', ...all },
      { kind: 'member', id: 'team:ada', ...all },
      { kind: 'tag', id: 'a', ...all },
      { kind: 'tag', id: 'b', ...all },
      { kind: 'team', id: 'team', ...all },
      { kind: 'user', id: 'ada', ...all },
    ]);
  });
});
