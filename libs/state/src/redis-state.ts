import { FREE, limitingScopes } from './admission.js';
import type {
  Charge,
  CounterReading,
  ExtendRequest,
  OweRequest,
  ReleasedHold,
  Seed,
  SweepRequest,
} from './budgets.js';
import { budgetsOf } from './holds.js';
import { parseAdmission } from './redis/admission-answers.js';
import { AdmissionBatches } from './redis/admission-batches.js';
import {
  TimedRedis,
  ignore,
  openRedis,
  openSubscriber,
  ready,
  type ScriptedRedis,
} from './redis/connection.js';
import { RedisBudgets } from './redis/redis-budgets.js';
import { RedisCircuits } from './redis/redis-circuits.js';
import { RedisTexts } from './redis/redis-texts.js';
import type { Admission, AdmitRequest, Scope, SettleRequest, SharedCircuit, State } from './state.js';
import { MAX_TEXT_BYTES } from './texts.js';
import type { Redis } from 'ioredis';

export interface RedisStateOptions {
  readonly url: string;
  /** Put before every key, in braces. Default `tollgate`. */
  readonly prefix?: string;
  /** An operation that takes longer rejects. Default 50. */
  readonly commandTimeoutMs?: number;
  readonly now?: () => number;
  /** Of all texts together, and of all that is cached. Default 128 MiB. */
  readonly maxTextBytes?: number;
}

/** How often circuits are read anew, in case a message about them was lost. */
const REFRESH_MS = 1_000;
/** What is done in the background is given up after this time. */
const PATIENCE_MS = 1_000;
/** How long a process waits for Redis before it starts without. */
const START_MS = 2_000;

/**
 * The state that replicas share. What must be one step is a script; every key begins with one hash tag (`{tollgate}:`), so a
 * script may touch all of its keys in a Redis Cluster too (and all of them live in one slot there).
 */
export class RedisState implements State {
  readonly cache: RedisTexts;
  private readonly timed: TimedRedis;
  private readonly admissions: AdmissionBatches;
  private readonly budgets: RedisBudgets;
  private readonly texts: RedisTexts;
  private readonly redisCircuits: RedisCircuits;
  private readonly refresher: NodeJS.Timeout;

  private constructor(
    private readonly redis: ScriptedRedis,
    private readonly subscriber: Redis,
    options: Required<RedisStateOptions>,
  ) {
    this.timed = new TimedRedis(redis, options.commandTimeoutMs);
    const key = (name: string): string => `{${options.prefix}}:${name}`;
    const common = { timed: this.timed, now: options.now, key };
    this.admissions = new AdmissionBatches(common);
    const patient = new TimedRedis(redis, Math.max(options.commandTimeoutMs, PATIENCE_MS));
    this.budgets = new RedisBudgets({ ...common, patient });
    const ofTexts = { ...common, maxBytes: options.maxTextBytes };
    // A text is longer than a counter and may take its time; what can be done without is not waited for.
    this.texts = new RedisTexts({ ...ofTexts, space: 'text', timed: patient });
    this.cache = new RedisTexts({ ...ofTexts, space: 'cache' });
    this.redisCircuits = new RedisCircuits(common);
    this.refresher = setInterval(() => void this.redisCircuits.refresh(), REFRESH_MS).unref();
    redis.on('ready', () => {
      this.budgets.begin(redis);
      void this.redisCircuits.shareAll();
    });
    subscriber.on('message', (_channel, message: string) => this.redisCircuits.hear(message));
  }

  /** Resolves once Redis answers, or without it after 2 s: it may come later. */
  static async connect(options: RedisStateOptions): Promise<RedisState> {
    const { url, prefix = 'tollgate', commandTimeoutMs = 50, now = Date.now } = options;
    const { maxTextBytes = MAX_TEXT_BYTES } = options;
    const [redis, subscriber] = [openRedis(url), openSubscriber(url)];
    const state = new RedisState(redis, subscriber, { url, prefix, commandTimeoutMs, now, maxTextBytes });
    // NOTE before the first connection there is nothing to subscribe again: every new connection subscribes by itself.
    subscriber.on('ready', () => void subscriber.subscribe(state.redisCircuits.channel).catch(ignore));
    await Promise.all([ready(redis, START_MS), ready(subscriber, START_MS)]);
    if (state.isConnected()) await state.redisCircuits.refresh();
    return state;
  }

  admit(request: AdmitRequest): Promise<Admission> {
    const asked = limiting(request);
    if (asked.scopes.length === 0 && budgetsOf(asked).length === 0) return Promise.resolve(FREE);
    return this.admissions.admit(asked).then((reply) => parseAdmission(reply, asked));
  }

  settle(request: SettleRequest): Promise<void> {
    const asked = limiting(request);
    const isNothing = asked.scopes.length === 0 && asked.costNanos === undefined;
    return isNothing ? Promise.resolve() : this.admissions.settle(asked);
  }

  extend(request: ExtendRequest): Promise<{ heldNanos: number }> {
    return this.budgets.extend(request);
  }

  owe(request: OweRequest): Promise<void> {
    return this.budgets.owe(request);
  }

  charge(items: readonly Charge[]): Promise<void> {
    return this.budgets.charge(items);
  }

  seed(seeds: readonly Seed[]): Promise<readonly string[]> {
    return this.budgets.seed(seeds);
  }

  correct(counter: string, deltaNanos: number): Promise<boolean> {
    return this.budgets.correct(counter, deltaNanos);
  }

  counters(names: readonly string[]): Promise<readonly (CounterReading | null)[]> {
    return this.budgets.counters(names);
  }

  sweepHolds(request: SweepRequest): Promise<readonly ReleasedHold[]> {
    return this.budgets.sweepHolds(request);
  }

  keepText(name: string, text: string, ttlMs: number): Promise<void> {
    return this.texts.keepText(name, text, ttlMs);
  }

  findText(name: string): Promise<string | null> {
    return this.texts.findText(name);
  }

  dropText(name: string): Promise<boolean> {
    return this.texts.dropText(name);
  }

  openCircuit(deploymentId: string, until: number): Promise<void> {
    return this.redisCircuits.open(deploymentId, until);
  }

  closeCircuit(deploymentId: string, until: number): Promise<void> {
    return this.redisCircuits.close(deploymentId, until);
  }

  claimProbe(deploymentId: string, leaseMs: number): Promise<boolean> {
    return this.redisCircuits.claim(deploymentId, leaseMs);
  }

  releaseProbe(deploymentId: string): Promise<void> {
    return this.redisCircuits.release(deploymentId);
  }

  circuits(): ReadonlyMap<string, SharedCircuit> {
    return this.redisCircuits.current();
  }

  isConnected(): boolean {
    return this.redis.status === 'ready';
  }

  async close(): Promise<void> {
    clearInterval(this.refresher);
    // What was sent is answered before the connection ends; a Redis that is away has nothing to answer.
    await this.timed.run((redis) => redis.quit()).catch(ignore);
    this.redis.disconnect();
    this.subscriber.disconnect();
  }
}

/** The request with the scopes that limit something: most often that is all of them. */
function limiting<Request extends { readonly scopes: readonly Scope[] }>(request: Request): Request {
  const scopes = limitingScopes(request.scopes);
  return scopes.length === request.scopes.length ? request : { ...request, scopes };
}
