// Reports over many rows of the ledger, written by the ledger itself: each must be there in under a second.
// `npm run bench:reports [-- --rows 10000000 --database-url postgres://...]`; without a URL a PostgreSQL of its own, in a temporary folder.
import { parseArgs } from 'node:util';
import { openDatabase } from '@tollgate/database';
import { startPostgres } from '@tollgate/testing';
import { Ledger } from '../../apps/billing/dist/ledger/ledger.js';
import { Partitions } from '../../apps/billing/dist/ledger/partitions.js';
import { BILLING_SCHEMA } from '../../apps/billing/dist/schema.js';
import { ReportStore } from '../../apps/billing/dist/spend/report-store.js';
import { SpendStore } from '../../apps/billing/dist/spend/spend-store.js';
import { SpendSums } from '../../apps/billing/dist/spend/spend-sums.js';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '10000000' }, 'database-url': { type: 'string' } },
});
const ROWS = Number(values.rows);
const BATCH = 500;
const BURST = 25;
const WRITERS = 2;
const LIMIT_MS = 1_000;
const DAY_MS = 86_400_000;
const DAYS = 30;
const END = Date.UTC(2026, 9, 1);
const START = END - DAYS * DAY_MS;

const MODELS = [
  'gpt-4o',
  'gpt-4o-mini',
  'o3',
  'claude-sonnet',
  'claude-haiku',
  'gemini-pro',
  'llama',
  'mistral',
];

/**
 * A thousand keys of two hundred users in fifty teams, in bursts; one in ten calls fails, one in five is for a customer,
 * one in three has tags. */
function event(number) {
  const burst = Math.floor(number / BURST);
  const key = (burst * 7_919) % 1_000;
  const model = (burst * 31 + key) % MODELS.length;
  const calledAt = START + Math.floor((number / ROWS) * (END - START));
  const callId = `call-${number}`;
  return {
    ...{
      id: `${callId}:1`,
      callId,
      responseId: null,
      status: number % 10 === 0 ? 'failed' : 'complete',
      measured: true,
    },
    usage: {
      ...{ input: 900 + (number % 300), cacheRead: number % 100, cacheWrite5m: 0, cacheWrite1h: 0 },
      ...{ output: 80 + (number % 50), reasoning: 0, audioInput: 0, audioOutput: 0, searches: 0 },
    },
    ...{ rawUsage: null, costNanos: number % 10 === 0 ? null : 100_000 + (number % 9_000) },
    ...{
      model: MODELS[model],
      group: MODELS[model],
      upstreamModel: `${MODELS[model]}-2026`,
      deploymentId: `d${model}`,
    },
    ...{ provider: ['openai', 'anthropic', 'google', 'groq'][model % 4], apiBase: null },
    ...{ keyHash: `key-${key}`, keyAlias: null, userId: `user-${key % 200}`, teamId: `team-${key % 50}` },
    ...{
      organizationId: `org-${key % 5}`,
      projectId: null,
      endUser: number % 5 === 0 ? `customer-${key}-${number % 3}` : null,
    },
    ...{
      tags: number % 3 === 0 ? [`tag-${key % 20}`, `feature-${number % 4}`] : [],
      stream: number % 2 === 0,
    },
    ...{ calledAt, startedAt: calledAt + 2, firstTokenAt: calledAt + 200, endedAt: calledAt + 900 },
    ...{ errorCode: null, role: 'primary', arm: null },
  };
}

async function fill(database) {
  const began = performance.now();
  let next = 0;
  const write = async () => {
    const ledger = new Ledger(database, new Partitions(database));
    while (next < ROWS) {
      const first = next;
      next += BATCH;
      await ledger.record(
        Array.from({ length: Math.min(BATCH, ROWS - first) }, (_, index) => event(first + index)),
      );
      if (first % 1_000_000 === 0 && first > 0) process.stderr.write(`${first} rows\n`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(`${ROWS} rows in ${seconds.toFixed(0)} s, ${Math.round(ROWS / seconds)} a second\n`);
  await database.dataSource.query('analyze');
}

const month = { from: START, to: END };
const noon = { from: START + DAY_MS / 2, to: END - DAY_MS / 2 };
const activity = ['day', 'upstreamModel', 'group', 'provider', 'key'];

const reports = {
  'spend of ever': { by: [], limit: 1 },
  'spend by day': { by: ['day'], orderBy: 'day', ...month, limit: 100 },
  'spend by day, from noon to noon': { by: ['day'], orderBy: 'day', ...noon, limit: 100 },
  'keys that spent most': { by: ['key'], ...month, limit: 10 },
  'models that cost most': { by: ['group'], ...month, limit: 10 },
  'teams by day': { by: ['day', 'team'], orderBy: 'day', ...month, limit: 1_000 },
  'report by day, team, model and key': {
    by: ['day', 'team', 'group', 'key'],
    orderBy: 'day',
    ...month,
    limit: 1_000,
  },
  'activity of a team, a page': {
    by: [...activity, 'team'],
    of: { teams: ['team-7'] },
    orderBy: 'day',
    ...month,
    limit: 1_000,
  },
  'activity of all users, a page': { by: [...activity, 'user'], orderBy: 'day', ...month, limit: 1_000 },
  'activity of all tags, a page': { by: [...activity, 'tag'], orderBy: 'day', ...month, limit: 1_000 },
  'customers that spent most': { by: ['endUser'], ...month, limit: 1_000 },
  'tags that spent most': { by: ['tag'], ...month, limit: 1_000 },
  'one customer by day': { by: ['day'], of: { endUsers: ['customer-7-0'] }, ...month, limit: 100 },
};

function questions(database) {
  const store = new ReportStore(database);
  const spend = new SpendStore(database);
  const sums = new SpendSums(database);
  const scopes = ['key-7', 'user-7', 'team-7', 'org-2', 'all', 'openai', 'customer-7-0', 'tag-3'].map(
    (value, index) => ({
      kind: ['key', 'user', 'team', 'organization', 'gateway', 'provider', 'end_user', 'tag'][index],
      value,
      from: START + 90_000,
    }),
  );
  return {
    ...Object.fromEntries(Object.entries(reports).map(([name, query]) => [name, () => store.report(query)])),
    'windows of eight scopes, exactly': () => sums.exact(scopes),
    'the newest rows': () => spend.list({ ...month, limit: 100 }),
    'the newest rows of a key': () => spend.list({ ...month, keyHash: 'key-7', limit: 100 }),
    'the dearest rows of a team': () =>
      spend.list({ ...month, teamIds: ['team-7'], sortBy: 'cost', limit: 100 }),
  };
}

const server = values['database-url'] === undefined ? await startPostgres() : null;
const database = await openDatabase({ url: values['database-url'] ?? server.url }, BILLING_SCHEMA);
try {
  await fill(database);
  let slow = 0;
  for (const [name, ask] of Object.entries(questions(database))) {
    const times = [];
    for (let round = 0; round < 3; round += 1) {
      const began = performance.now();
      await ask();
      times.push(performance.now() - began);
    }
    const worst = Math.max(...times);
    if (worst >= LIMIT_MS) slow += 1;
    process.stdout.write(`${worst >= LIMIT_MS ? 'SLOW' : 'ok  '} ${Math.round(worst)} ms  ${name}\n`);
  }
  process.exitCode = slow === 0 ? 0 : 1;
} finally {
  await database.close();
  await server?.stop();
}
