import type { Database } from '@tollgate/database';
import { setLogLevel } from '@tollgate/observability';
import { openBillingDatabase } from './budgets-billing.js';
import { resumeTime, runUntil, stopTime } from './budgets-clock.js';
import { BudgetWorld } from './budgets-world.js';

/*
 * Ten seeds in the everyday run. The long form: `SEEDS=500 npm test -- test/simulation/budgets-property`. A failure names its seed;
 * `FIRST=<seed> SEEDS=1` runs that one alone.
 */
const SEEDS = Number(process.env['SEEDS'] ?? 10);
const FIRST = Number(process.env['FIRST'] ?? 0);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** In the middle of an hour, so that windows have begun before anybody counts. */
const START = Date.UTC(2026, 10, 2, 10, 20);

let database: Database;

beforeAll(async () => {
  setLogLevel('silent');
  database = await openBillingDatabase();
}, 60_000);
afterEach(() => resumeTime());
afterAll(() => database.close());

async function runSeed(seed: number): Promise<BudgetWorld> {
  stopTime(START + seed * DAY_MS);
  const world = new BudgetWorld(database, seed);
  world.gateway.billing.usage.isNews = false;
  await world.begin();
  // What was spent before has to be in the ledger: no budget was asked for it.
  await runUntil(Date.now() + 5_000, database);
  world.makeCalls(70, 2 * HOUR_MS);
  const end = Date.now() + 3 * HOUR_MS;
  sweepEachMinute(world, end);
  await runUntil(end, database, () => neverOver(world));
  await world.state.close();
  return world;
}

function sweepEachMinute(world: BudgetWorld, until: number): void {
  const [job] = world.gateway.billing.sweeper.jobs();
  const next = (): void => {
    void job?.run(null);
    if (Date.now() < until) setTimeout(next, MINUTE_MS);
  };
  setTimeout(next, MINUTE_MS);
}

/** No budget is overdrawn at any moment. */
async function neverOver({ state, gateway }: BudgetWorld): Promise<void> {
  const { failure } = gateway.billing.usage;
  if (failure !== undefined) throw new Error('usage was not taken in', { cause: failure });
  for (const reading of await state.counters([...state.maxima.keys()])) {
    if (reading === null) continue;
    const { counter, spentNanos, dueNanos, heldNanos } = reading;
    const max = state.maxima.get(counter) ?? 0;
    const over = spentNanos + dueNanos + heldNanos - max;
    if (over > 0 || dueNanos < 0 || heldNanos < 0)
      throw new Error(`${new Date().toISOString()} ${JSON.stringify({ ...reading, max, over })}`);
  }
}

async function isSettled({ state, gateway }: BudgetWorld): Promise<void> {
  const names = [...state.maxima.keys()];
  const found = (await state.counters(names)).flatMap((reading) => reading ?? []);
  const inLedger = await gateway.billing.counters.exact(found.map(({ counter }) => counter));
  const expected = inLedger.map(({ counter, nanos }) => ({
    ...{ counter, spentNanos: nanos, dueNanos: 0, heldNanos: 0 },
  }));
  expect(found).toEqual(expected);
  expect(found.length).toBeGreaterThan(8);
}

it(
  `budgets hold whatever happens, and in the end they are what the ledger says (${SEEDS} seeds)`,
  async () => {
    const total = new Map<string, number>();
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      try {
        const world = await runSeed(seed);
        await isSettled(world);
        for (const [name, count] of world.results) total.set(name, (total.get(name) ?? 0) + count);
      } catch (cause) {
        throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      } finally {
        resumeTime();
      }
    }
    // Nothing is proven by calls that were all let in, or all refused.
    for (const name of ['answered', 'budget_exceeded']) expect(total.get(name) ?? 0).toBeGreaterThan(0);
  },
  SEEDS * 20_000 + 60_000,
);
