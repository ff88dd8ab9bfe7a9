import {
  BUDGET_DEFAULTS,
  GENERAL_DEFAULTS,
  LiveConfig,
  ROUTER_DEFAULTS,
  bareDeployment,
  type Deployment,
} from '@tollgate/config';
import { NO_LIMITS, budgetAlertDetails, counterName } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { setLogLevel } from '@tollgate/observability';
import { MemoryState } from '@tollgate/state';
import { seeded } from '@tollgate/testing';
import { ACTOR, newEntry, newKey } from '../../apps/billing/src/_directory-stage.js';
import { openBillingDatabase } from './budgets-billing.js';
import { makeCall, type CallPlan, type CallResult } from './budgets-call.js';
import { resumeTime, runUntil, stopTime } from './budgets-clock.js';
import { assembleGateway, type SimulatedGateway } from './budgets-ingress.js';

const DOLLAR = 1_000_000_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const NOVEMBER = Date.UTC(2026, 10, 1);
const THE_NINTH = Date.UTC(2026, 10, 9);
const DECEMBER = Date.UTC(2026, 11, 1);

const PRODUCTION = ['search', 'chat', 'mail', 'docs', 'voice'];
const JOB = 'nightly-job';
const MAX = 10 * DOLLAR;
const SOFT = 8 * DOLLAR;

/** Ten calls a minute, of which batches are left a fifth once half of them are taken. */
const deployment: Deployment = {
  ...bareDeployment({ id: 'large', group: 'large', provider: 'openai', model: 'large' }),
  prices: { input: 2_500, output: 40_000 },
  rpm: 10,
};

const config = new LiveConfig({
  deployments: [deployment],
  aliases: new Map(),
  guardrails: new Map(),
  mcpServers: new Map(),
  router: ROUTER_DEFAULTS,
  general: {
    ...GENERAL_DEFAULTS,
    budgets: {
      ...BUDGET_DEFAULTS,
      priorities: new Map([
        ['interactive', 0.8],
        ['batch', 0.2],
      ]),
      saturation: 0.5,
    },
  },
});

/** A call of a key and how it ended. */
interface Made {
  readonly key: string;
  readonly at: number;
  readonly result: CallResult;
}

let database: Database;
let state: MemoryState;
let gateway: SimulatedGateway;
const random = seeded(9);
const made: Made[] = [];
/** The first moments (epoch ms) at which what the job has spent was so much. */
const reached = new Map<string, number>();
const counter = counterName(`key:${JOB}`, '1mo', NOVEMBER);

async function createTeam(): Promise<void> {
  const { entryAdmin, keyAdmin } = gateway.billing;
  const monthly = (maxNanos: number, softNanos: number | null = null) => ({
    ...NO_LIMITS,
    budgets: [{ window: '1mo', maxNanos, softNanos }],
  });
  await entryAdmin.create(ACTOR, newEntry('team', { id: 'web', limits: monthly(200 * DOLLAR) }));
  const key = { teamId: 'web', models: [] };
  for (const hash of PRODUCTION)
    await keyAdmin.create(
      ACTOR,
      newKey({ ...key, hash, limits: NO_LIMITS, policy: { priority: 'interactive' } }),
    );
  const policy = { priority: 'batch' };
  await keyAdmin.create(ACTOR, newKey({ ...key, hash: JOB, limits: monthly(MAX, SOFT), policy }));
}

/** About five cents. */
const plan = (keyHash: string): CallPlan => ({
  keyHash,
  deployment,
  inputTokens: 2_000 + Math.floor(random() * 2_000),
  outputTokens: 900 + Math.floor(random() * 250),
  stream: random() < 0.5,
  ...{ chunkTokens: 100, pauseMs: 250 },
});

let calls = 0;

async function call(key: string): Promise<void> {
  const at = Date.now();
  const books = {
    tell: (event: Parameters<typeof gateway.billing.usage.add>[0]) => gateway.billing.usage.add(event),
  };
  const result = await makeCall(gateway, `call-${(calls += 1)}`, plan(key), books);
  made.push({ key, at, result });
}

/** So many calls of a key, one a second, and again after a time that is told each time; 0: never again. */
function repeatedly(key: string, from: number, next: () => { count: number; everyMs: number }): void {
  const fire = (): void => {
    const { count, everyMs } = next();
    for (let index = 0; index < count; index += 1) setTimeout(() => void call(key), index * 1_000);
    setTimeout(fire, everyMs);
  };
  setTimeout(fire, from - Date.now());
}

/** In the product a round comes every five minutes. */
function roundEachHour(): void {
  const [job] = gateway.billing.watch.jobs();
  const round = (): void => {
    void job?.run(null);
    setTimeout(round, HOUR_MS);
  };
  setTimeout(round, HOUR_MS);
}

async function look(): Promise<void> {
  const [reading] = await state.counters([counter]);
  if (reading === null || reading === undefined) return;
  const spent = reading.spentNanos + reading.dueNanos;
  if (spent + reading.heldNanos > MAX) throw new Error(`overspent: ${JSON.stringify(reading)}`);
  for (const [name, nanos] of [
    ['soft', SOFT],
    ['85', 0.85 * MAX],
    ['95', 0.95 * MAX],
  ] as const)
    if (spent >= nanos && !reached.has(name)) reached.set(name, Date.now());
}

const isWild = (): boolean => Date.now() >= THE_NINTH;

beforeAll(async () => {
  setLogLevel('silent');
  database = await openBillingDatabase();
  stopTime(NOVEMBER - HOUR_MS);
  state = new MemoryState();
  gateway = assembleGateway(database, state, config);
  await createTeam();
  // Five calls a day are five hundred from the ninth on, in crowds of ten that come when production calls too.
  repeatedly(JOB, NOVEMBER, () =>
    isWild() ? { count: 10, everyMs: DAY_MS / 50 } : { count: 5, everyMs: DAY_MS },
  );
  for (const key of PRODUCTION) repeatedly(key, NOVEMBER + 5_000, () => ({ count: 1, everyMs: 3 * HOUR_MS }));
  roundEachHour();
  await runUntil(DECEMBER + 2 * HOUR_MS, database, look);
}, 120_000);
afterAll(async () => {
  resumeTime();
  await state.close();
  await database.close();
});

const refusals = (key: string): (Made & { code: string })[] =>
  made.flatMap((one) =>
    one.key === key && typeof one.result !== 'string' ? [{ ...one, code: one.result.code }] : [],
  );

/** Of the job's budget in November, by the line that was crossed. */
async function alerts(): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const { at, details } of await gateway.billing.alerts.page({ type: 'budget_alerts', limit: 100 })) {
    const { threshold, counter: of } = budgetAlertDetails.parse(details);
    if (of === counter) found.set(threshold, [...(found.get(threshold) ?? []), at]);
  }
  return found;
}

describe('a job that was forgotten and runs wild on the ninth', () => {
  it('leaves production alone: none of its calls is refused in the whole month', () => {
    for (const key of PRODUCTION) {
      expect(made.filter((one) => one.key === key).length).toBeGreaterThan(8 * 30);
      expect(refusals(key)).toEqual([]);
    }
    expect(gateway.billing.usage.failure).toBeUndefined();
  });

  it('is held to a share of what the model can take while it has money', () => {
    expect(refusals(JOB).filter(({ code }) => code === 'rate_limited').length).toBeGreaterThan(50);
  });

  it('is refused from its hard budget on until the month is over, and never overspends', async () => {
    const refused = refusals(JOB).filter(({ code, at }) => code === 'budget_exceeded' && at < DECEMBER);
    expect(refused.length).toBeGreaterThan(9_000);
    const first = refused[0]!.at;
    expect(first).toBeGreaterThan(THE_NINTH);
    expect(first).toBeLessThan(THE_NINTH + DAY_MS);
    // What was left then paid for no call of any length; a call that was under way may have answered later.
    const late = made.filter(
      ({ key, at, result }) => key === JOB && at > first + HOUR_MS && at < DECEMBER && result === 'answered',
    );
    expect(late).toEqual([]);
    const [reading] = await state.counters([counter]);
    const [kept] = await gateway.billing.counters.exact([counter]);
    expect(reading).toEqual({ counter, spentNanos: kept?.nanos, dueNanos: 0, heldNanos: 0 });
    expect(kept?.nanos).toBeGreaterThan(0.97 * MAX);
    expect(kept?.nanos).toBeLessThanOrEqual(MAX);
  });

  it('is told of in time, each line once', async () => {
    const told = await alerts();
    expect([...told].map(([name, times]) => [name, times.length]).sort()).toEqual([
      ...[
        ['100', 1],
        ['85', 1],
        ['95', 1],
        ['forecast', 1],
        ['soft', 1],
      ],
    ]);
    for (const name of ['soft', '85', '95']) {
      const lateMs = told.get(name)![0]! - reached.get(name)!;
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(MINUTE_MS);
    }
    const refused = refusals(JOB).find(({ code }) => code === 'budget_exceeded')!.at;
    expect(Math.abs(told.get('100')![0]! - refused)).toBeLessThan(MINUTE_MS);
    const forecast = told.get('forecast')![0]!;
    expect(forecast).toBeGreaterThan(THE_NINTH);
    expect(forecast).toBeLessThan(Math.min(refused, THE_NINTH + 6 * HOUR_MS));
  });

  it('works again on the first of the next month by itself: another counter, nothing reset', async () => {
    const december = counterName(`key:${JOB}`, '1mo', DECEMBER);
    const answered = made.filter(
      ({ key, at, result }) => key === JOB && at >= DECEMBER && result === 'answered',
    );
    expect(answered.length).toBeGreaterThan(0);
    expect(answered[0]!.at).toBeLessThan(DECEMBER + DAY_MS / 50);
    const [now, before] = await state.counters([december, counter]);
    expect(now?.spentNanos).toBeGreaterThan(0);
    expect(before?.spentNanos).toBeGreaterThan(0.97 * MAX);
  });
});
