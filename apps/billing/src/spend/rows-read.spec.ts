import { NO_USAGE, type SpendReportQuery, type UsageEvent } from '@tollgate/contracts';
import { onBothDatabases, usageEvent, type Stage } from '../ledger/_stage.js';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { rowsRead } from './_rows-read.js';
import { ReportStore } from './report-store.js';
import { SpendStore } from './spend-store.js';
import { SpendSums, type SummedScope } from './spend-sums.js';

/*
 * That reports read sums and not the ledger, and no more of them than they must, over enough rows to tell. How fast that is over ten
 * million: `npm run bench:reports`.
 */
const ROWS = 20_000;
const BATCH = 500;
/** Calls of a key that come together. */
const BURST = 100;
const DAYS = 20;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 9, 1);
const month = { from: START, to: START + DAYS * DAY_MS };

/** Fifty keys of ten users in five teams; one in five calls is for a customer, one in three has a tag. */
function event(number: number): UsageEvent {
  const key = Math.floor(number / BURST) % 50;
  const calledAt = START + Math.floor((number / ROWS) * DAYS * DAY_MS);
  const model = `model-${key % 4}`;
  return usageEvent({
    ...{ usage: { ...NO_USAGE, input: 900, output: 80 }, costNanos: 100_000 + (number % 9_000) },
    ...{ model, group: model, upstreamModel: model, deploymentId: model, provider: `provider-${key % 2}` },
    ...{ keyHash: `key-${key}`, userId: `user-${key % 10}`, teamId: `team-${key % 5}` },
    ...{ endUser: number % 5 === 0 ? `customer-${key}` : null, tags: number % 3 === 0 ? ['night'] : [] },
    ...{ calledAt, startedAt: calledAt + 2, endedAt: calledAt + 900 },
  });
}

const activity = ['day', 'upstreamModel', 'group', 'provider', 'key'] as const;
/** Of each key and day there is one sum; of everything, one a day. */
const SUMS = ROWS / BURST;
const OF_DAYS = { spend_scope_day: SUMS };
const OF_EVERYTHING = { spend_scope_day: DAYS + 2 };
/** Which days there are is asked first; an account may be met in every part that days are read in. */
const OF_ACCOUNTS = { spend_scope_day: 2, spend_rollup: SUMS, ledger_account: 2 * SUMS };

const reports: [string, Omit<SpendReportQuery, 'limit'>, Record<string, number>][] = [
  ['spend of ever', { by: [] }, OF_EVERYTHING],
  ['spend by day', { by: ['day'], orderBy: 'day', ...month }, OF_EVERYTHING],
  ['keys that spent most', { by: ['key'], ...month }, OF_DAYS],
  ['customers that spent most', { by: ['endUser'], ...month }, OF_DAYS],
  ['tags that spent most', { by: ['tag'], ...month }, OF_EVERYTHING],
  ['a customer by day', { by: ['day'], of: { endUsers: ['customer-7'] }, ...month }, OF_EVERYTHING],
  ['models that cost most', { by: ['group'], ...month }, OF_ACCOUNTS],
  ['teams by day', { by: ['day', 'team'], orderBy: 'day', ...month }, OF_ACCOUNTS],
  [
    'team, model and key by day',
    { by: ['day', 'team', 'group', 'key'], orderBy: 'day', ...month },
    OF_ACCOUNTS,
  ],
  ['activity of users', { by: [...activity, 'user'], orderBy: 'day', ...month }, OF_ACCOUNTS],
  ['activity of tags', { by: [...activity, 'tag'], orderBy: 'day', ...month }, OF_ACCOUNTS],
  [
    'spend by day, from noon to noon',
    { by: ['day'], orderBy: 'day', from: month.from + DAY_MS / 2, to: month.to - DAY_MS / 2 },
    { ...OF_ACCOUNTS, spend_scope_day: DAYS + 2 },
  ],
];

const scopes: [SummedScope['kind'], string][] = [
  ['key', 'key-7'],
  ['user', 'user-7'],
  ['team', 'team-2'],
  ['gateway', 'all'],
  ['provider', 'provider-1'],
  ['end_user', 'customer-7'],
  ['tag', 'night'],
];

function suite(stage: Stage): void {
  beforeAll(async () => {
    const ledger = new Ledger(stage.database, new Partitions(stage.database));
    for (let first = 0; first < ROWS; first += BATCH)
      await ledger.record(Array.from({ length: BATCH }, (_, index) => event(first + index)));
    await stage.database.dataSource.query('analyze');
  }, 120_000);

  const expectAtMost = (read: Record<string, number>, most: Record<string, number>): void => {
    const beyond = Object.entries(read).filter(([table, rows]) => rows > (most[table] ?? 0));
    expect({ beyond, read }).toEqual({ beyond: [], read });
  };

  it.each(reports)('%s: sums alone', async (_name, query, most) => {
    const read = await rowsRead(stage.database, (database) =>
      new ReportStore(database).report({ ...query, limit: 100 }),
    );
    expect(read).not.toEqual({});
    expectAtMost(read, most);
  });

  it.each(scopes)('the running window of a %s: sums, and rows of its first hour', async (kind, value) => {
    const scope = { kind, value, from: START + 90_000 };
    const read = await rowsRead(stage.database, (database) => new SpendSums(database).exact([scope]));
    const ofAnHour = Math.ceil(ROWS / (24 * DAYS));
    expectAtMost(read, {
      ...{ spend_scope_day: SUMS, spend_rollup: SUMS, ledger_entry: 2 * ofAnHour },
      // Each of the rows that may be meant is asked whose it is.
      ledger_account: ROWS / 20,
    });
  });

  it('the newest rows: a page, and as many as are counted', async () => {
    const read = await rowsRead(stage.database, (database) =>
      new SpendStore(database).list({ ...month, limit: 100 }),
    );
    expect(read['ledger_entry']).toBeGreaterThan(10_000);
    expectAtMost(read, { ledger_entry: 10_001 + 102, ledger_account: 102 });
  });
}

onBothDatabases('rows that reports read', suite);
