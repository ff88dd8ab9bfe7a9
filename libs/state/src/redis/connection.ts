import { GatewayError } from '@tollgate/contracts';
import { createLogger } from '@tollgate/observability';
import { Redis, type RedisOptions } from 'ioredis';
import { ADMISSIONS, ADMISSIONS_WITH_MONEY } from './admissions.script.js';
import { CHARGE, CORRECT, EXTEND, OWE, READ_COUNTERS, SEED, SWEEP } from './budgets.scripts.js';
import { CLAIM_PROBE, JOIN_CIRCUIT, READ_CIRCUITS, RELEASE_PROBE } from './circuit.scripts.js';
import { APPEND_TEXT, DROP_TEXT, FLUSH_TEXTS, KEEP_TEXT } from './text.scripts.js';

const log = createLogger('state');

/** A connection is given up when Redis is silent for this long after a command; then it is made anew. */
const SILENCE_MS = 2_000;
const CONNECT_MS = 1_000;
/** How long a Redis may take to hear our goodbye before the socket is closed without. */
const GOODBYE_MS = 200;
const LONGEST_BACKOFF_MS = 500;
/** How long a question may wait for a Redis that answers others meanwhile. */
const LONGEST_BUSY_MS = 1_000;
/** Operations that may wait for Redis at once; more are refused at once, so a stalled Redis cannot fill the memory. */
const MAX_WAITING = 20_000;

export type Argument = string | number;

/** ioredis with our scripts; the first argument is the number of keys. */
export type ScriptedRedis = Redis & {
  admissions(keys: number, ...args: Argument[]): Promise<string[]>;
  admissionsWithMoney(keys: number, ...args: Argument[]): Promise<string[]>;
  chargeCalls(keys: number, ...args: Argument[]): Promise<number>;
  extendHold(keys: number, ...args: Argument[]): Promise<string>;
  oweAttempt(keys: number, ...args: Argument[]): Promise<null>;
  sweepCalls(keys: number, ...args: Argument[]): Promise<[number, ...string[]]>;
  seedCounters(keys: number, ...args: Argument[]): Promise<number[]>;
  correctCounter(keys: number, ...args: Argument[]): Promise<number>;
  readCounters(keys: number, ...args: Argument[]): Promise<string[]>;
  joinCircuit(keys: number, ...args: Argument[]): Promise<string>;
  claimProbe(keys: number, ...args: Argument[]): Promise<string>;
  releaseProbe(keys: number, ...args: Argument[]): Promise<string>;
  readCircuits(keys: number, ...args: Argument[]): Promise<string[]>;
  keepText(keys: number, ...args: Argument[]): Promise<number>;
  appendText(keys: number, ...args: Argument[]): Promise<number>;
  dropText(keys: number, ...args: Argument[]): Promise<number>;
  flushTexts(keys: number, ...args: Argument[]): Promise<[cursor: string, dropped: number]>;
};

/** Nothing is queued for a Redis that is away and nothing is sent twice; the connection is sought for ever. */
const OPTIONS: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: CONNECT_MS,
  socketTimeout: SILENCE_MS,
  disconnectTimeout: GOODBYE_MS,
  keepAlive: 10_000,
  retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 10), LONGEST_BACKOFF_MS),
  // A primary that became a replica answers READONLY: connect again, to whom the address means now.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

const SCRIPTS = {
  admissions: ADMISSIONS,
  admissionsWithMoney: ADMISSIONS_WITH_MONEY,
  chargeCalls: CHARGE,
  extendHold: EXTEND,
  oweAttempt: OWE,
  sweepCalls: SWEEP,
  seedCounters: SEED,
  correctCounter: CORRECT,
  readCounters: READ_COUNTERS,
  joinCircuit: JOIN_CIRCUIT,
  claimProbe: CLAIM_PROBE,
  releaseProbe: RELEASE_PROBE,
  readCircuits: READ_CIRCUITS,
  keepText: KEEP_TEXT,
  appendText: APPEND_TEXT,
  dropText: DROP_TEXT,
  flushTexts: FLUSH_TEXTS,
};

export function openRedis(url: string): ScriptedRedis {
  const redis = new Redis(url, OPTIONS);
  for (const [name, lua] of Object.entries(SCRIPTS)) redis.defineCommand(name, { lua });
  redis.on('close', () => stopSilenceTimer(redis));
  logTransitions(redis);
  return redis as ScriptedRedis;
}

/** A connection of its own: one that listens cannot do anything else. */
export function openSubscriber(url: string): Redis {
  const redis = new Redis(url, { ...OPTIONS, autoResubscribe: true });
  redis.on('close', () => stopSilenceTimer(redis));
  redis.on('error', ignore);
  return redis;
}

/** Starts to connect and waits until it is, but not for long: a process starts without Redis too. */
export function ready(redis: Redis, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
    redis.connect().catch(ignore);
  });
}

/**
 * NOTE ioredis 5.11 leaves the timer of `socketTimeout` running when a connection ends: two seconds later it would tear down the
 * next one, healthy as it is.
 */
function stopSilenceTimer(redis: Redis): void {
  clearTimeout(Reflect.get(redis, 'socketTimeoutTimer') as NodeJS.Timeout | undefined);
  Reflect.set(redis, 'socketTimeoutTimer', undefined);
}

/** Runs commands that must be answered in time. */
export class TimedRedis {
  private waiting = 0;
  /** When Redis last answered anything, by `performance.now()`. */
  private heardAt = 0;

  constructor(
    private readonly redis: ScriptedRedis,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Rejects with `service_unavailable` when Redis is away, slow or refuses. `late` gets an answer that came after that.
   * `operations`: how many the command stands for.
   */
  run<Result>(
    command: (redis: ScriptedRedis) => Promise<Result>,
    { late = ignore, operations = 1 }: { late?: (result: Result) => void; operations?: number } = {},
  ): Promise<Result> {
    if (this.redis.status !== 'ready' || this.waiting >= MAX_WAITING) return Promise.reject(unavailable());
    this.waiting += operations;
    return new Promise((resolve, reject) => {
      let timedOut = false;
      const disarm = this.whenSilent(() => {
        timedOut = true;
        reject(unavailable());
      });
      const end = (): void => {
        this.waiting -= operations;
        disarm();
      };
      command(this.redis).then(
        (result) => {
          this.heardAt = performance.now();
          end();
          if (timedOut) late(result);
          else resolve(result);
        },
        (cause: unknown) => {
          end();
          reject(unavailable(cause));
        },
      );
    });
  }

  /**
   * Calls back when Redis has been silent for the time-out. One that answers what was asked before is busy, not away: then this
   * question waits on, up to `LONGEST_BUSY_MS`. The result ends the watch.
   */
  private whenSilent(act: () => void): () => void {
    const begun = performance.now();
    let since = begun;
    let timer: NodeJS.Timeout;
    let isOver = false;
    const look = (): void => {
      if (isOver) return;
      const isBusy = this.heardAt > since && performance.now() - begun < LONGEST_BUSY_MS;
      if (!isBusy) {
        act();
        return;
      }
      since = performance.now();
      arm();
    };
    const arm = (): void => {
      // NOTE after a long task timers run before sockets are read: give the answer that is already here its turn.
      timer = setTimeout(() => setImmediate(look), this.timeoutMs);
    };
    arm();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }
}

export const ignore = (): void => undefined;

const unavailable = (cause?: unknown): GatewayError =>
  new GatewayError('service_unavailable', 'Shared state (Redis) is not available, try again in a second.', {
    retryAfterMs: 1_000,
    ...(cause === undefined ? {} : { cause }),
  });

/** One line when it goes and one when it comes back, however often it is tried in between. */
function logTransitions(redis: Redis): void {
  let wasReady: boolean | undefined;
  let reason = '';
  redis.on('error', (error: Error) => {
    reason = error.message;
    if (wasReady === undefined) report(false);
  });
  // Not `close`: that comes with our own goodbye too.
  redis.on('reconnecting', () => report(false));
  redis.on('ready', () => report(true));
  function report(isReady: boolean): void {
    if (wasReady === isReady) return;
    wasReady = isReady;
    if (isReady) log.info({ event: 'state.connected' }, 'Redis answers');
    else log.warn({ event: 'state.disconnected', reason }, 'Redis is away');
  }
}
