import { GatewayError } from '@tollgate/contracts';
import type { TimedRedis } from './connection.js';
import { RedisCircuits } from './redis-circuits.js';

type Commands = Parameters<Parameters<TimedRedis['run']>[0]>[0];

const OPENED = 1_000;
const LEASE_MS = 30_000;

/** A Redis that answers the claim of a probe too late, while what it publishes arrives in time. */
class LateRedis {
  circuits!: RedisCircuits;
  released = 0;
  private answerLate: () => void = () => undefined;

  constructor(
    private readonly isGranted: boolean,
    private readonly isHeard: boolean,
  ) {}

  run<Result>(
    command: (redis: Commands) => Promise<Result>,
    { late }: { readonly late?: (result: Result) => void } = {},
  ): Promise<Result> {
    const asked = { isClaim: false };
    const record = `${String(OPENED)} 1 0 ${String(OPENED + LEASE_MS)}`;
    const redis = {
      joinCircuit: () => Promise.resolve(`${String(OPENED)} 1 0 0`),
      claimProbe: () => {
        asked.isClaim = true;
        return Promise.resolve(`${this.isGranted ? '1' : '0'} ${record}`);
      },
      releaseProbe: () => {
        this.released += 1;
        return Promise.resolve(`${String(OPENED)} 1 0 0`);
      },
    } as unknown as Commands;
    const answer = command(redis);
    if (!asked.isClaim) return answer;
    if (this.isHeard) this.circuits.hear(`${record} one`);
    this.answerLate = () => void answer.then(late);
    return Promise.reject(new GatewayError('service_unavailable', 'late'));
  }

  async catchUp(): Promise<void> {
    this.answerLate();
    await new Promise(setImmediate);
  }
}

async function claimLate(redis: LateRedis): Promise<{ circuits: RedisCircuits; claimed: boolean }> {
  const timed = redis as unknown as TimedRedis;
  let now = OPENED - 1;
  const circuits = new RedisCircuits({ timed, now: () => now, key: (name) => name });
  redis.circuits = circuits;
  await circuits.open('one', OPENED);
  now = OPENED + 1;
  const claimed = await circuits.claim('one', LEASE_MS);
  await redis.catchUp();
  return { circuits, claimed };
}

const isProbing = (circuits: RedisCircuits): boolean =>
  (circuits.current().get('one')?.probingUntil ?? 0) > OPENED + 1;

describe('a probe that Redis grants too late', () => {
  it('is given back when it was taken for another replica’s: nobody would probe for its lease', async () => {
    const redis = new LateRedis(true, true);
    const { circuits, claimed } = await claimLate(redis);
    expect(claimed).toBe(false);
    expect(redis.released).toBe(1);
    expect(isProbing(circuits)).toBe(false);
  });

  it('is kept when this replica has begun to probe by itself', async () => {
    const redis = new LateRedis(true, false);
    expect((await claimLate(redis)).claimed).toBe(true);
    expect(redis.released).toBe(0);
  });

  it('and that another has stays that one’s', async () => {
    const redis = new LateRedis(false, true);
    expect((await claimLate(redis)).claimed).toBe(false);
    expect(redis.released).toBe(0);
  });
});
