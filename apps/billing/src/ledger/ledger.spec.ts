import { NO_USAGE, type UsageEvent } from '@tollgate/contracts';
import { SpendStore } from '../spend/spend-store.js';
import { insertKey, NOW, onBothDatabases, unique, usageEvent, type Stage } from './_stage.js';
import { Ledger } from './ledger.js';
import { Partitions } from './partitions.js';

const HOUR = 3_600_000;

type Row = Record<string, string | null>;

function suite(stage: Stage): void {
  let ledger: Ledger;
  let spend: SpendStore;

  beforeAll(() => {
    ledger = new Ledger(stage.database, new Partitions(stage.database));
    spend = new SpendStore(stage.database);
  });

  const query = (text: string, values: unknown[] = []): Promise<Row[]> =>
    stage.database.dataSource.query<Row[]>(text, values);
  const spendOf = async (hash: string): Promise<number> =>
    Number((await query('select spend_nanos from virtual_key where hash = $1', [hash]))[0]?.['spend_nanos']);
  const rowsOf = async (requestId: string): Promise<UsageEvent[]> =>
    (await spend.list({ requestId, limit: 10 })).rows;

  /** Sums that are kept must be what the rows add up to, whatever was written. */
  async function expectSumsToAgree(): Promise<void> {
    const rows = await query(`
      select account_id, hours, called_at - mod(called_at, hours * 3600000) as bucket,
        sum(coalesce(cost_nanos, 0))::bigint as spend_nanos,
        sum(usage_input + usage_cache_read + usage_cache_write_5m + usage_cache_write_1h + usage_audio_input
          + usage_image_input)::bigint
          as prompt_tokens,
        sum(usage_output + usage_reasoning + usage_audio_output + usage_image_output)::bigint as completion_tokens,
        sum(usage_cache_read)::bigint as cache_read_tokens,
        sum(usage_cache_write_5m + usage_cache_write_1h)::bigint as cache_write_tokens,
        count(*) as requests, count(*) filter (where status = 'failed') as failures
      from ledger_entry, (values (1), (24)) as grain (hours) group by 1, 2, 3 order by 1, 2, 3`);
    const kept = await query(`
      select account_id, hours::int, bucket, spend_nanos, prompt_tokens, completion_tokens, cache_read_tokens,
        cache_write_tokens, requests, failures
      from spend_rollup where kind = 'all' and (requests, spend_nanos) <> (0, 0) order by 1, 2, 3`);
    expect(kept).toEqual(rows);
    const ofDays = await query(`
      select day, spend_nanos, prompt_tokens, completion_tokens, requests, failures from spend_scope_day
      where kind = 'gateway' and (requests, spend_nanos) <> (0, 0) order by 1`);
    const days = await query(`
      select bucket as day, sum(spend_nanos)::bigint as spend_nanos, sum(prompt_tokens)::bigint as prompt_tokens,
        sum(completion_tokens)::bigint as completion_tokens, sum(requests)::bigint as requests,
        sum(failures)::bigint as failures
      from spend_rollup where kind = 'all' and hours = 24 group by 1
      having (sum(requests), sum(spend_nanos)) <> (0, 0) order by 1`);
    expect(ofDays).toEqual(days);
    const [total] = await query(`select spend_nanos, requests from spend_total where kind = 'gateway'`);
    const [sum] = await query(
      'select coalesce(sum(cost_nanos), 0)::bigint as spend_nanos, count(*) as requests from ledger_entry',
    );
    expect(total).toEqual(sum);
  }

  afterEach(expectSumsToAgree);

  it('gives back what was recorded, field by field', async () => {
    const event = usageEvent({
      costNanos: Number.MAX_SAFE_INTEGER,
      usage: {
        ...{ input: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 6 },
        ...{ audioInput: 7, audioOutput: 8, imageInput: 10, imageOutput: 11, searches: 9, fileSearches: 12 },
      },
      firstTokenAt: NOW + 100,
      ...{ keyAlias: 'alias', userId: 'ada', teamId: 'team', organizationId: 'org', projectId: 'project' },
      ...{ endUser: 'customer', apiBase: 'http://there', errorCode: 'odd', role: 'hedge', arm: 'canary' },
      serviceTier: 'flex',
      cacheHit: true,
      tags: ['blue', 'with "quotes", \\ and {braces}', '', 'null'],
      stream: true,
      measured: false,
      status: 'partial',
    });
    await ledger.record([event]);
    expect(await rowsOf(event.callId)).toEqual([event]);
    expect(await rowsOf(event.responseId ?? '')).toEqual([event]);
  });

  it('gives back a call whose id is not what its attempt begins with, and one that was resent', async () => {
    const other = usageEvent({ id: unique('attempt'), responseId: null, rawUsage: null });
    const callId = unique('call');
    const resent = usageEvent({ callId, id: `${callId}:r1:2` });
    await ledger.record([other, resent]);
    expect(await rowsOf(other.callId)).toEqual([other]);
    expect(await rowsOf(resent.callId)).toEqual([resent]);
  });

  it('takes events of an older version, which said less', async () => {
    const {
      organizationId: _o,
      projectId: _p,
      serviceTier: _s,
      calledAt: _c,
      arm: _a,
      ...event
    } = usageEvent();
    const { imageInput: _i, imageOutput: _m, fileSearches: _f, ...usage } = event.usage;
    await ledger.record([{ ...event, usage } as unknown as UsageEvent]);
    expect(await rowsOf(event.callId)).toEqual([usageEvent(event)]);
  });

  it('counts a repeated event once', async () => {
    const keyHash = await insertKey(stage.database);
    const event = usageEvent({ keyHash });
    expect(await ledger.record([event, event])).toMatchObject({ inserted: 1, duplicate: 1 });
    expect(await ledger.record([event])).toMatchObject({ inserted: 0, duplicate: 1, byProvider: [] });
    expect(await ledger.record([event, usageEvent({ keyHash })])).toMatchObject({
      inserted: 1,
      duplicate: 1,
    });
    expect(await spendOf(keyHash)).toBe(2_000);
  });

  it('keeps an id once in months that have each their own partition', async () => {
    const keyHash = await insertKey(stage.database);
    const months = [NOW, Date.UTC(2026, 8, 30, 23, 59, 59, 999), Date.UTC(2026, 9, 1), Date.UTC(2027, 1)];
    const events = months.map((calledAt) => usageEvent({ keyHash, calledAt }));
    await ledger.record(events);
    expect(await ledger.record([...events].reverse())).toMatchObject({ inserted: 0, duplicate: 4 });
    expect(await spendOf(keyHash)).toBe(4_000);
  });

  it('keeps sums equal to the ledger when batches overlap and run at once', async () => {
    const hashes = await Promise.all([1, 2, 3].map(() => insertKey(stage.database)));
    const events = Array.from({ length: 300 }, (_, index) =>
      usageEvent({
        keyHash: hashes[index % 3] ?? '',
        costNanos: index,
        calledAt: NOW + index * 60_000,
        tags: [`t${index % 4}`, 'all'],
        status: index % 10 === 0 ? 'failed' : 'complete',
      }),
    );
    const batches = Array.from({ length: 12 }, (_, index) => {
      const batch = events.slice(index * 20, index * 20 + 100);
      return index % 2 === 0 ? batch : batch.toReversed();
    });
    const recorded = await Promise.all(batches.map((batch) => ledger.record(batch)));
    expect(recorded.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(300);
    expect(await Promise.all(hashes.map(spendOf))).toEqual([14_850, 14_950, 15_050]);
    expect(
      await query(
        `select id, spend_nanos, requests from spend_total where kind = 'tag' and id in ('all', 't1') order by 1`,
      ),
    ).toEqual([
      { id: 'all', spend_nanos: '44850', requests: '300' },
      { id: 't1', spend_nanos: '11175', requests: '75' },
    ]);
  });

  it('lets a known event supersede an unknown one, and nothing else', async () => {
    const keyHash = await insertKey(stage.database);
    const unknown = usageEvent({ keyHash, status: 'unknown', costNanos: 400 });
    const usage = { ...NO_USAGE, input: 3, output: 9 };
    const known: UsageEvent = {
      ...unknown,
      status: 'partial',
      costNanos: 700,
      usage,
      upstreamModel: 'other',
    };
    await ledger.record([unknown]);
    expect(await spendOf(keyHash)).toBe(400);
    expect(await ledger.record([usageEvent({ keyHash, costNanos: 1 }), known])).toMatchObject({
      ...{ inserted: 1, superseded: 1, byProvider: [{ spendNanos: 301 }] },
    });
    expect(await ledger.record([unknown])).toMatchObject({ duplicate: 1 });
    expect(await ledger.record([{ ...known, costNanos: 9_999 }])).toMatchObject({ duplicate: 1 });
    expect(await spendOf(keyHash)).toBe(701);
    expect(await rowsOf(known.callId)).toEqual([known]);
  });

  it('prefers the known of two events of one id in a batch', async () => {
    const known = usageEvent({ costNanos: 5 });
    const unknown: UsageEvent = { ...known, status: 'unknown', costNanos: 1 };
    expect(await ledger.record([unknown, known, unknown])).toMatchObject({ inserted: 1, duplicate: 2 });
    expect(await rowsOf(known.callId)).toEqual([known]);
  });

  it('charges what was spent under a former hash to the key that had it, and tells when a key was last used', async () => {
    const keyHash = await insertKey(stage.database);
    const former = unique('former');
    await query('insert into former_key (hash, current_hash) values ($1, $2)', [former, keyHash]);
    await ledger.record([usageEvent({ keyHash: former, calledAt: NOW + 7 }), usageEvent({ keyHash })]);
    expect(
      await query('select spend_nanos, last_active_at from virtual_key where hash = $1', [keyHash]),
    ).toEqual([{ spend_nanos: '2000', last_active_at: String(NOW + 7) }]);
  });

  it('sums up for every scope of a call', async () => {
    const name = unique('scope');
    const owners = { userId: name, teamId: name, organizationId: name, projectId: name };
    await ledger.record([
      usageEvent({ ...owners, endUser: name, tags: [name, name], calledAt: NOW }),
      usageEvent({ ...owners, costNanos: null, calledAt: NOW - HOUR }),
    ]);
    const totals = await query(
      `select kind, id, spend_nanos, requests, last_active_at from spend_total where id like $1 || '%' order by kind`,
      [name],
    );
    const of = (kind: string, requests: string, id = name) => {
      return { kind, id, spend_nanos: '1000', requests, last_active_at: String(NOW) };
    };
    expect(totals).toEqual([
      of('end_user', '1'),
      of('member', '2', `${name}:${name}`),
      of('organization', '2'),
      of('project', '2'),
      of('tag', '1'),
      of('team', '2'),
      of('user', '2'),
    ]);
  });

  it('tells of usage without a price', async () => {
    const recorded = await ledger.record([usageEvent({ costNanos: null, provider: 'ollama' })]);
    expect(recorded.byProvider).toEqual([{ provider: 'ollama', spendNanos: 0, unpriced: 1 }]);
  });

  it('stores text that Postgres does not hold, without what it does not hold', async () => {
    const event = usageEvent({
      endUser: 'a\0b',
      tags: ['half \ud83d', 'whole \ud83d\ude00'],
      rawUsage: { odd: '\0\ud83d', text: String.raw`\u0000` },
    });
    await ledger.record([event]);
    const [row] = await rowsOf(event.callId);
    expect(row).toMatchObject({ endUser: 'ab', tags: ['half \ufffd', 'whole \ud83d\ude00'] });
    expect(row?.rawUsage).toEqual({ odd: '\ufffd', text: String.raw`\u0000` });
  });

  it('keeps sums of names that are too long for an index', async () => {
    const endUser = 'x'.repeat(20_000);
    await ledger.record([
      usageEvent({ endUser }),
      usageEvent({ endUser }),
      usageEvent({ endUser: `${endUser}y` }),
    ]);
    const rows = await query(
      `select length(id) as length, requests from spend_total where kind = 'end_user' and id like 'xxx%' order by 2`,
    );
    expect(rows).toEqual([
      { length: 512, requests: '1' },
      { length: 512, requests: '2' },
    ]);
  });

  it('refuses a batch whole when one event cannot be stored', async () => {
    const good = usageEvent();
    const bad = usageEvent({ usage: { ...NO_USAGE, input: -1 } });
    await expect(ledger.record([good, bad])).rejects.toMatchObject({ code: '23514' });
    expect(await rowsOf(good.callId)).toEqual([]);
  });
}

onBothDatabases('the ledger', suite);

function partitionSuite(stage: Stage): void {
  const partitionsOf = async (): Promise<string[]> =>
    (
      await stage.database.dataSource.query<{ name: string }[]>(
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'ledger_entry'::regclass order by 1`,
      )
    ).map(({ name }) => name);
  const named = (...months: string[]): string[] => months.map((month) => `ledger_entry_y${month}`);

  it('are dropped when all of their rows are old; sums stay, and a late row makes its own again', async () => {
    const partitions = new Partitions(stage.database);
    const ledger = new Ledger(stage.database, partitions);
    const late = new Ledger(stage.database, new Partitions(stage.database));
    await ledger.record(
      [Date.UTC(2020, 0, 5), Date.UTC(2020, 1, 5)].map((calledAt) => usageEvent({ calledAt })),
    );
    await late.record([usageEvent({ calledAt: Date.UTC(2020, 0, 7) })]);
    expect(await partitions.dropBefore(Date.UTC(2020, 1, 1) - 1)).toEqual([]);
    expect(await partitions.dropBefore(Date.UTC(2020, 1, 28))).toEqual(named('2020m01'));
    expect(await partitionsOf()).toEqual(expect.not.arrayContaining(named('2020m01')));
    await late.record([usageEvent({ calledAt: Date.UTC(2020, 0, 6) })]);
    expect(await partitionsOf()).toEqual(expect.arrayContaining(named('2020m01', '2020m02')));
    const [total] = await stage.database.dataSource.query<Row[]>(
      `select requests from spend_total where kind = 'gateway'`,
    );
    expect(total).toEqual({ requests: '4' });
  });

  it('are made by many at once', async () => {
    const replicas = [1, 2, 3, 4].map(() => new Partitions(stage.database));
    await Promise.all(replicas.map((replica) => replica.ensure([Date.UTC(2031, 5), Date.UTC(2031, 6)])));
    expect(await partitionsOf()).toEqual(expect.arrayContaining(named('2031m06', '2031m07')));
  });
}

onBothDatabases('partitions of the ledger', partitionSuite);
