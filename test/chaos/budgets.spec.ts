import { createConnection } from 'node:net';
import { once } from 'node:events';
import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  startWebhookReceiver,
  type DistributedGateway,
  type FaultLab,
  type WebhookReceiver,
} from '@tollgate/testing';
import { MASTER_KEY, eventually } from '../e2e/_seed.js';
import { Office, wrongCosts, type Books } from './_budgets-books.js';
import { BudgetLoad, CENT, budgetChaosConfig, callCent, type Tally } from './_budgets-load.js';

const CALLERS_OF_KEY = 2;
const CALLS_EACH_SIDE = 40;

/** What an answer that had to wait for somebody would take longer than on the same machine while all are there. */
const AT_ONCE_MS = 900;

const longestOf = (calls: readonly { readonly tookMs: number }[]): number =>
  Math.max(...calls.map(({ tookMs }) => tookMs));

/** What a failure may do, in cents. */
interface Bounds {
  /** Beyond a budget. */
  readonly over?: number;
  /** Calls of a key that were asked again, and billed both times. */
  readonly again?: number;
}

/** Something dies under load and comes back: budgets hold, and counters, ledger and provider end equal. */
describeWithServers('budgets under failures', () => {
  let lab: FaultLab;
  let receiver: WebhookReceiver;
  let gateway: DistributedGateway;
  let next = 0;
  const urls = (): string[] => gateway.replicas.ingress.map(({ url }) => url);
  const office = new Office(() => gateway.url);

  beforeAll(async () => {
    [lab, receiver] = await Promise.all([startFaultLab(), startWebhookReceiver()]);
    gateway = await startDistributed({
      config: budgetChaosConfig(lab),
      replicas: { ingress: 2 },
      env: { LITELLM_MASTER_KEY: MASTER_KEY, WEBHOOK_URL: receiver.url },
    });
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([receiver.stop(), lab.close()]);
  });

  beforeEach(() => lab.reset());

  /** A key that is used up, one with much left, and two of a team that is used up. All of them cross a soft budget. */
  async function newKeys(): Promise<{ keys: string[]; scarce: string[] }> {
    const name = `case-${(next += 1)}`;
    const { team_id } = await office.post<{ team_id: string }>('/team/new', {
      ...{ team_alias: `${name}-team`, max_budget: 0.8, soft_budget: 0.4 },
    });
    const keys = await Promise.all([
      office.newKey({ key_alias: `${name}-small`, max_budget: 0.5, soft_budget: 0.25 }),
      office.newKey({ key_alias: `${name}-large`, max_budget: 100, soft_budget: 0.25 }),
      office.newKey({ key_alias: `${name}-first`, team_id }),
      office.newKey({ key_alias: `${name}-second`, team_id }),
    ]);
    return { keys, scarce: [keys[0], keys[2], keys[3]] };
  }

  const served = (calls: number): Promise<unknown> =>
    eventually(
      async () => lab.stats().finished,
      (finished) => finished >= calls,
      60_000,
    );

  /** Runs load around `harm` until the small budgets are used up, and compares everybody's books. */
  async function survive(harm: () => Promise<void>, bounds: Bounds = {}): Promise<void> {
    const { keys, scarce } = await newKeys();
    const load = new BudgetLoad(urls(), keys, CALLERS_OF_KEY);
    await served(CALLS_EACH_SIDE);
    await harm();
    await served(lab.stats().finished + CALLS_EACH_SIDE);
    await eventually(
      async () => scarce.map((key) => load.of(key)),
      (tallies) => tallies.every(({ overBudget }) => overBudget > 0),
      60_000,
    );
    await load.stop();
    await eventually(
      async () => lab.stats().open,
      (open) => open === 0,
      30_000,
    );
    const tallies = keys.map((key) => load.of(key));
    const books = await settled(keys);
    check(books, tallies, bounds);
    expect(await wrongCosts(lab, gateway.servers.postgres.url)).toEqual([]);
    await tells(books);
  }

  /** Once nothing is owed, counters are the rows. */
  const settled = (keys: readonly string[]): Promise<Books> =>
    eventually(
      () => office.books(keys),
      ({ standings, rows }) =>
        standings.every(({ due }) => due === 0) && usedOf(standings) === rows.reduce((sum, row) => sum + row),
      30_000,
    );
  const usedOf = (standings: Books['standings']): number =>
    standings.reduce((sum, { used }) => sum + used, 0);

  function check(
    { standings, rows }: Books,
    tallies: readonly Tally[],
    { over = 0, again = 0 }: Bounds,
  ): void {
    const [small, large, first, second] = rows.map((row) => row / CENT);
    const [ofKey, ofLarge, ofTeam] = standings;
    const used = standings.map(({ used }) => used / CENT);
    expect(used).toEqual([small, large, first! + second!]);
    for (const { max, used: spent } of [ofKey!, ofLarge!, ofTeam!])
      expect(spent).toBeLessThanOrEqual(max + over * CENT);
    tallies.forEach(({ answered, failed }, index) => {
      const cents = rows[index]! / CENT;
      expect(cents).toBeGreaterThanOrEqual(answered);
      expect(cents).toBeLessThanOrEqual(answered + failed + again);
    });
    // What was reserved for a call whose caller was told nothing, or that was asked again, waits for the end of its lease.
    const held = standings.reduce((sum, standing) => sum + standing.held / CENT, 0);
    expect(held).toBeLessThanOrEqual(tallies.reduce((sum, { failed }) => sum + failed + again, 0));
  }

  /** Events of the alerts about a budget, as they were accepted. */
  const told = (scope: string): string[] =>
    receiver.accepted
      .filter(({ body }) => String(body['id']).includes(`:${scope}|`))
      .map(({ body }) => String(body['event']));

  /** Soft budgets, and of what is all spent that too: each once. */
  async function tells({ standings }: Books): Promise<void> {
    for (const { scope, max, used } of standings) {
      const wanted = ['soft_budget_crossed', ...(used >= max ? ['budget_crossed'] : [])];
      await eventually(
        async () => told(scope),
        (events) => wanted.every((event) => events.includes(event)),
        15_000,
      );
    }
  }

  it('kill -9 of billing', async () => {
    await survive(async () => {
      await gateway.processes.billing.kill('SIGKILL');
      await gateway.processes.billing.start();
    });
  }, 180_000);

  it('PostgreSQL away for five seconds', async () => {
    await survive(async () => {
      await gateway.servers.postgres.kill();
      // The outage itself is what is tested: its length is in the promise.
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      await gateway.servers.postgres.restart();
    });
  }, 180_000);

  it('kill -9 of Redis, which has its append-only file', async () => {
    await survive(async () => {
      await gateway.servers.redis.kill();
      await gateway.servers.redis.restart();
    });
  }, 180_000);

  it('a restart of NATS', async () => {
    await survive(() => gateway.servers.nats.restart(), { again: CALLERS_OF_KEY });
  }, 180_000);

  it('Redis comes back with nothing: no more is over than the calls that were open', async () => {
    await survive(
      async () => {
        await forgetAll(gateway.servers.redis.port);
        await gateway.servers.redis.restart();
      },
      { over: 2 * CALLERS_OF_KEY },
    );
  }, 180_000);

  describe.each([
    ['gone', () => gateway.servers.redis.kill(), () => gateway.servers.redis.restart()],
    ['silent', async () => signalRedis('SIGSTOP'), async () => signalRedis('SIGCONT')],
  ])('Redis is %s', (_how, takeAway, bringBack) => {
    it('a key refuses or goes on, as it says, at once; what went on is charged later', async () => {
      const [other, ...keys] = await Promise.all([
        office.newKey({ max_budget: 5 }),
        office.newKey({ max_budget: 5 }),
        office.newKey({ max_budget: 5, on_state_down: 'allow' }),
      ]);
      const [refuses, goesOn] = [keys[0], keys[1]];
      const many = (key: string) =>
        Promise.all(
          Array.from({ length: 10 }, (_, number) => callCent(urls()[number % 2]!, key, number < 5)),
        );
      for (const key of keys) expect((await callCent(gateway.url, key)).status).toBe(200);
      const usual = longestOf((await Promise.all([many(other), many(other)])).flat());
      await takeAway();
      try {
        // Before it is noticed, and when it is known.
        for (const _round of [1, 2]) {
          const [refused, answered] = await Promise.all([many(refuses), many(goesOn)]);
          expect(refused.map(({ status, retryAfter }) => [status, retryAfter])).toEqual(
            Array.from({ length: 10 }, () => [503, '1']),
          );
          expect(answered.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
          expect(longestOf([...refused, ...answered]) - usual).toBeLessThan(AT_ONCE_MS);
        }
      } finally {
        await bringBack();
      }
      await eventually(
        () => callCent(gateway.url, refuses),
        ({ status }) => status === 200,
      );
      const { rows } = await settled(keys);
      expect(rows).toEqual([2 * CENT, 21 * CENT]);
      expect(await wrongCosts(lab, gateway.servers.postgres.url)).toEqual([]);
    }, 60_000);
  });

  it('all alerts of these cases have arrived, each once', async () => {
    const kept = async (): Promise<string[]> => {
      const page = await office.get<{ alerts: { id: string }[] }>('/alerts?type=budget_alerts&limit=100');
      return page.alerts.map(({ id }) => id);
    };
    const accepted = (): string[] => receiver.accepted.map(({ body }) => String(body['id']));
    const ids = await eventually(kept, (all) => all.every((id) => accepted().includes(id)));
    expect(accepted().sort()).toEqual(ids.sort());
    // Three soft budgets in each of five cases.
    expect(ids.length).toBeGreaterThanOrEqual(15);
  });

  function signalRedis(signal: NodeJS.Signals): void {
    process.kill(gateway.servers.redis.pid, signal);
  }
});

/** Redis loses all that it has and ends, before anybody else is heard. */
async function forgetAll(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  socket.write('FLUSHALL\r\nSHUTDOWN NOSAVE\r\n');
  socket.resume();
  await once(socket, 'close');
}
