import { GatewayError } from '@tollgate/contracts';
import { FREE, LIMIT_KINDS, granted, limitingScopes, refused, type ScopeUse } from './admission.js';
import { AdmissionBatches } from './redis/admission-batches.js';
import {
  TimedRedis,
  ignore,
  openRedis,
  openSubscriber,
  ready,
  type ScriptedRedis,
} from './redis/connection.js';
import { RedisCircuits } from './redis/redis-circuits.js';
import type { Admission, AdmitRequest, Scope, SettleRequest, SharedCircuit, State } from './state.js';
import type { Redis } from 'ioredis';

export interface RedisStateOptions {
  readonly url: string;
  /** Put before every key, in braces. Default `tollgate`. */
  readonly prefix?: string;
  /** An operation that takes longer rejects. Default 50. */
  readonly commandTimeoutMs?: number;
  readonly now?: () => number;
}

/** How often circuits are read anew, in case a message about them was lost. */
const REFRESH_MS = 1_000;
/** How long a process waits for Redis before it starts without. */
const START_MS = 2_000;

/**
 * The state that replicas share. What must be one step is a script; every key begins with one hash tag (`{tollgate}:`), so a
 * script may touch all of its keys in a Redis Cluster too (and all of them live in one slot there).
 */
export class RedisState implements State {
  private readonly timed: TimedRedis;
  private readonly admissions: AdmissionBatches;
  private readonly redisCircuits: RedisCircuits;
  private readonly refresher: NodeJS.Timeout;

  private constructor(
    private readonly redis: ScriptedRedis,
    private readonly subscriber: Redis,
    options: Required<RedisStateOptions>,
  ) {
    this.timed = new TimedRedis(redis, options.commandTimeoutMs);
    const key = (name: string): string => `{${options.prefix}}:${name}`;
    this.admissions = new AdmissionBatches(this.timed, key);
    this.redisCircuits = new RedisCircuits({ timed: this.timed, now: options.now, key });
    this.refresher = setInterval(() => void this.redisCircuits.refresh(), REFRESH_MS).unref();
    redis.on('ready', () => void this.redisCircuits.shareAll());
    subscriber.on('message', (_channel, message: string) => this.redisCircuits.hear(message));
  }

  /** Resolves once Redis answers, or without it after 2 s: it may come later. */
  static async connect(options: RedisStateOptions): Promise<RedisState> {
    const { url, prefix = 'tollgate', commandTimeoutMs = 50, now = Date.now } = options;
    const [redis, subscriber] = [openRedis(url), openSubscriber(url)];
    const state = new RedisState(redis, subscriber, { url, prefix, commandTimeoutMs, now });
    // NOTE before the first connection there is nothing to subscribe again: every new connection subscribes by itself.
    subscriber.on('ready', () => void subscriber.subscribe(state.redisCircuits.channel).catch(ignore));
    await Promise.all([ready(redis, START_MS), ready(subscriber, START_MS)]);
    if (state.isConnected()) await state.redisCircuits.refresh();
    return state;
  }

  async admit(request: AdmitRequest): Promise<Admission> {
    const scopes = limitingScopes(request.scopes);
    if (scopes.length === 0) return FREE;
    if ((request.budgets ?? []).length > 0) throw noBudgets();
    const reply = await this.admissions.admit({ ...request, scopes });
    return parseAdmission(reply, scopes, request.now);
  }

  async settle(request: SettleRequest): Promise<void> {
    const scopes = limitingScopes(request.scopes);
    if (scopes.length > 0) await this.admissions.settle({ ...request, scopes });
  }

  extend(): Promise<never> {
    return Promise.reject(noBudgets());
  }

  charge(): Promise<never> {
    return Promise.reject(noBudgets());
  }

  seed(): Promise<never> {
    return Promise.reject(noBudgets());
  }

  correct(): Promise<never> {
    return Promise.reject(noBudgets());
  }

  counters(): Promise<never> {
    return Promise.reject(noBudgets());
  }

  sweepHolds(): Promise<never> {
    return Promise.reject(noBudgets());
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

const noBudgets = (): GatewayError =>
  new GatewayError('service_unavailable', 'Budgets are not counted in Redis yet.');

function parseAdmission(reply: string, scopes: readonly Scope[], now: number): Admission {
  const [isGranted, ...numbers] = reply.split(' ').map(Number);
  if (isGranted === 1) {
    return granted(
      scopes.map((scope, place) => ({ scope, use: useAt(numbers, 4 * place) })),
      now,
    );
  }
  const scope = scopes[numbers[0] ?? 0];
  const kind = LIMIT_KINDS[numbers[1] ?? 0];
  if (scope === undefined || kind === undefined) throw new Error(`Unexpected answer of the script: ${reply}`);
  return refused({ scope, use: useAt(numbers, 2) }, kind, now);
}

const useAt = (numbers: readonly number[], at: number): ScopeUse => ({
  requests: numbers[at] ?? 0,
  tokens: numbers[at + 1] ?? 0,
  inFlight: numbers[at + 2] ?? 0,
  earliestLease: numbers[at + 3] ?? 0,
});
