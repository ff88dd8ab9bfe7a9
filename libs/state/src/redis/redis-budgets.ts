import { createLogger } from '@tollgate/observability';
import type {
  BudgetState,
  Charge,
  CounterReading,
  ExtendRequest,
  OweRequest,
  ReleasedHold,
  Seed,
  SweepRequest,
} from '../budgets.js';
import { UNNAMED_KEEP_MS, keptUntil, readingOf, windowStartOf } from '../holds.js';
import { BEGIN_COUNTING } from './budgets.scripts.js';
import type { Argument, ScriptedRedis, TimedRedis } from './connection.js';
import { CALL, COUNTING, HOLDS, budgetKey, callKey } from './money-keys.js';
import { Numbers } from './numbers.js';

const log = createLogger('state');

/** More in one script would keep others waiting for Redis. */
const MAX_ITEMS = 100;

interface RedisBudgetsOptions {
  /** For what callers wait for. */
  readonly timed: TimedRedis;
  /** For what is done in the background: it may take its time. */
  readonly patient: TimedRedis;
  readonly now: () => number;
  /** The full name of a key. */
  readonly key: (name: string) => string;
}

/** The money of calls that replicas share; its admission and settlement are `AdmissionBatches`'. */
export class RedisBudgets implements BudgetState {
  constructor(private readonly options: RedisBudgetsOptions) {}

  /** To be the first thing that is said on a connection: see BEGIN_COUNTING. */
  begin(redis: ScriptedRedis): void {
    const { key, now } = this.options;
    // NOTE `eval`, not a script by its hash: Redis may not have it yet, and then others would overtake this.
    redis.eval(BEGIN_COUNTING, 1, key(COUNTING), now()).then(
      (policy) => {
        if (policy !== 'noeviction')
          log.warn({ event: 'state.evicts', policy }, 'Redis may evict budgets when its memory is full');
      },
      (error: unknown) => {
        // If the connection ended, the next one begins anew.
        if (redis.status === 'ready')
          log.warn({ event: 'state.unsure', error }, 'Redis does not tell whether it lost data');
      },
    );
  }

  async extend({ callId, toNanos, force }: ExtendRequest): Promise<{ heldNanos: number }> {
    const args = [callId, toNanos, force ? 1 : 0];
    const held = await this.options.timed.run((redis) =>
      redis.extendHold(...this.book([callKey(callId)], args)),
    );
    return { heldNanos: Number(held) };
  }

  async owe({ callId, attemptId, costNanos }: OweRequest): Promise<void> {
    const script = this.book([callKey(callId)], [callId, attemptId, costNanos]);
    await this.options.timed.run((redis) => redis.oweAttempt(...script));
  }

  async charge(items: readonly Charge[]): Promise<void> {
    const charged = items.filter(({ counters }) => counters.length > 0);
    const scripts = chunks(charged).map((chunk) => this.chargeArguments(chunk));
    await this.options.patient.run(
      (redis) => Promise.all(scripts.map((script) => redis.chargeCalls(...script))),
      { operations: items.length },
    );
  }

  async seed(seeds: readonly Seed[]): Promise<readonly string[]> {
    const { now, key } = this.options;
    const keysOf = (former: readonly string[]): string[] => former.map((name) => key(budgetKey(name)));
    const answers = await this.inChunks(seeds, (redis, chunk) => {
      const sums = chunk.flatMap(({ nanos, resetAt, former = [] }) => [
        ...[nanos, lifeOf(resetAt, now()), former.length, ...keysOf(former)],
      ]);
      const names = chunk.map(({ counter }) => budgetKey(counter));
      return redis.seedCounters(...this.book(names, [key(CALL), ...sums]));
    });
    return seeds.filter((_seed, index) => answers[index] === 1).map(({ counter }) => counter);
  }

  async correct(counter: string, deltaNanos: number): Promise<boolean> {
    const script = this.book([budgetKey(counter)], [deltaNanos]);
    return (await this.options.timed.run((redis) => redis.correctCounter(...script))) === 1;
  }

  async counters(names: readonly string[]): Promise<readonly (CounterReading | null)[]> {
    const answers = await this.inChunks(names, (redis, chunk) =>
      redis.readCounters(...this.book(chunk.map(budgetKey), [])),
    );
    return names.map((name, index) => parseReading(name, answers[index] ?? ''));
  }

  async sweepHolds({ before, limit }: SweepRequest): Promise<readonly ReleasedHold[]> {
    const released: ReleasedHold[] = [];
    for (let isMore = true; isMore && released.length < limit;) {
      const most = Math.min(MAX_ITEMS, limit - released.length);
      const script = this.book([], [before, most, this.options.key(CALL)]);
      const [looked, ...texts] = await this.options.patient.run((redis) => redis.sweepCalls(...script));
      for (let at = 0; at + 2 < texts.length; at += 3) {
        const [callId = '', held, due] = texts.slice(at, at + 3);
        released.push({ callId, heldNanos: Number(held), dueNanos: Number(due) });
      }
      isMore = looked === most;
    }
    return released;
  }

  /** The keys and arguments that every script begins with, and others. */
  private book(names: readonly string[], args: readonly Argument[]): [number, ...Argument[]] {
    const keys = [COUNTING, HOLDS, ...names].map(this.options.key);
    return [keys.length, ...keys, this.options.now(), ...args];
  }

  private chargeArguments(items: readonly Charge[]): [number, ...Argument[]] {
    const counters = new Numbers();
    const calls = new Numbers();
    const starts: number[] = [];
    const numberOf = (counter: string): number => {
      const number = counters.of(budgetKey(counter));
      starts[number - 1] = windowStartOf(counter);
      return number;
    };
    const args = items.flatMap(({ callId, attemptId, costNanos, status, ...item }) => [
      ...[calls.of(callKey(callId)), callId, attemptId, costNanos, status === 'unknown' ? 0 : 1],
      ...[item.counters.length, ...item.counters.map(numberOf)],
    ]);
    const head = [counters.size, ...starts, UNNAMED_KEEP_MS];
    return this.book([...counters.keys, ...calls.keys], [...head, ...args]);
  }

  /** All scripts at once: there and back once. */
  private async inChunks<Item, Answer>(
    items: readonly Item[],
    script: (redis: ScriptedRedis, chunk: readonly Item[]) => Promise<Answer[]>,
  ): Promise<Answer[]> {
    if (items.length === 0) return [];
    const answers = await this.options.timed.run(
      (redis) => Promise.all(chunks(items).map((chunk) => script(redis, chunk))),
      { operations: items.length },
    );
    return answers.flat();
  }
}

const chunks = <Item>(items: readonly Item[]): (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / MAX_ITEMS) }, (_, index) =>
    items.slice(index * MAX_ITEMS, (index + 1) * MAX_ITEMS),
  );

const lifeOf = (resetAt: number | null, now: number): number =>
  resetAt === null ? 0 : Math.max(1, (keptUntil(resetAt) ?? 0) - now);

function parseReading(counter: string, text: string): CounterReading | null {
  if (text === '') return null;
  const [spent = 0, due = 0, held = 0] = text.split(' ').map(Number);
  return readingOf(counter, { spent, due, held });
}
