import { setTimeout as delay } from 'node:timers/promises';
import { Queue, UnrecoverableError, Worker, type Job, type JobsOptions } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { jobCompleted, jobFailed, queueAway, reasonOf, roundSkipped } from '../events.js';
import {
  CONCURRENCY,
  DEFAULT_ATTEMPTS,
  DEFAULT_BACKOFF_MS,
  DEFAULT_LEASE_MS,
  DIED,
  KEEP_FAILURES,
  KEEP_FAILURES_MS,
} from '../job-defaults.js';
import type { FailedJob, JobHandler, JobOptions, Jobs } from '../jobs.js';
import { takeRound } from './round-lock.js';

const QUEUE = 'jobs';

/** Between two attempts to reach a Redis that is away. */
const RECONNECT_MS = 1_000;

/** How long Redis may take to hear that the last jobs ended. */
const CLOSING_MS = 2_000;

export interface BullMqJobsOptions {
  readonly redisUrl: string;
  /** Of all keys in Redis: gateways with different prefixes share a server. */
  readonly prefix: string;
  readonly backoffMs?: number;
  /** A job whose process died is run again after one to three times as long. Renewed while the job runs. Default 30 s. */
  readonly leaseMs?: number;
}

/** How a try ended that did not fail. */
type End = 'completed' | 'skipped';

/** `Jobs` on Redis by BullMQ: any replica runs a job, one at a time. */
export class BullMqJobs implements Jobs {
  private readonly handlers = new Map<string, JobHandler>();
  private readonly connections: Redis[] = [];
  private readonly prefix: string;
  private readonly redisUrl: string;
  private readonly leaseMs: number;
  private readonly options: JobsOptions;
  private readonly commands: Redis;
  private readonly queue: Queue;
  private readonly running = new Set<Promise<unknown>>();
  private worker: Worker<unknown, End> | undefined;
  private closed: Promise<void> | undefined;
  private reconnects = true;

  constructor(options: BullMqJobsOptions) {
    const { redisUrl, prefix, backoffMs = DEFAULT_BACKOFF_MS, leaseMs = DEFAULT_LEASE_MS } = options;
    this.redisUrl = redisUrl;
    this.prefix = prefix;
    this.leaseMs = leaseMs;
    this.options = {
      attempts: DEFAULT_ATTEMPTS,
      backoff: { type: 'exponential', delay: backoffMs },
      removeOnComplete: true,
      removeOnFail: { age: KEEP_FAILURES_MS / 1_000, count: KEEP_FAILURES },
    };
    // A caller waits for its command: it fails after a few seconds without Redis.
    this.commands = this.connect({ maxRetriesPerRequest: 3, commandTimeout: 5_000 });
    this.queue = new Queue(QUEUE, { connection: this.commands, prefix });
    this.queue.on('error', queueAway);
  }

  handle(name: string, handler: JobHandler): void {
    this.handlers.set(name, handler);
  }

  async start(): Promise<void> {
    // The worker waits for Redis as long as it takes.
    const connection = this.connect({ maxRetriesPerRequest: null });
    this.worker = new Worker<unknown, End>(QUEUE, (job) => this.track(this.run(job)), {
      connection,
      prefix: this.prefix,
      concurrency: CONCURRENCY,
      lockDuration: this.leaseMs,
      stalledInterval: this.leaseMs,
      // Deaths are tries, and `run` counts those.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    this.worker.on('error', queueAway);
    this.worker.on('completed', (job, end) => {
      (end === 'skipped' ? roundSkipped : jobCompleted)(job.name);
    });
    this.worker.on('failed', (job, error) => {
      if (job) jobFailed(job.name, error, job.finishedOn !== undefined);
    });
    await this.queue.waitUntilReady();
  }

  async enqueue(name: string, data: unknown, options: JobOptions = {}): Promise<void> {
    await this.queue.add(name, data ?? null, {
      ...this.options,
      // Not BullMQ's own id, which is taken for as long as a failure is kept.
      ...(options.id !== undefined && { deduplication: { id: `${name}|${options.id}` } }),
      ...(options.delayMs !== undefined && { delay: options.delayMs }),
      ...(options.attempts !== undefined && { attempts: options.attempts }),
    });
  }

  async repeat(name: string, everyMs: number): Promise<void> {
    const known = await this.queue.getJobScheduler(name);
    // To replace a schedule begins it anew: with every start of a process, its next run would move away.
    if (known?.every === everyMs) return;
    // To replace one keeps its offset in the old interval, and a later round is put off by up to that interval.
    if (known !== undefined) await this.queue.removeJobScheduler(name);
    const startDate = Date.now() + everyMs;
    await this.queue.upsertJobScheduler(name, { every: everyMs, startDate }, { name, opts: this.options });
  }

  async failures(): Promise<FailedJob[]> {
    const jobs = await this.queue.getFailed(0, KEEP_FAILURES - 1);
    return jobs.map((job: Job<unknown>) => ({
      name: job.name,
      data: dataOf(job),
      reason: job.failedReason,
      failedAt: job.finishedOn ?? job.timestamp,
    }));
  }

  close(): Promise<void> {
    this.closed ??= this.closeAll();
    return this.closed;
  }

  private async closeAll(): Promise<void> {
    if (this.worker) await this.closeWorker(this.worker);
    await this.queue.close();
    for (const connection of this.connections) connection.disconnect();
  }

  /** Handlers may take their time; what is then asked of Redis may not. A job whose end it does not hear of comes again. */
  private async closeWorker(worker: Worker<unknown, End>): Promise<void> {
    const quiet = worker.pause().then(
      () => true,
      () => false,
    );
    let isQuiet = false;
    do {
      await Promise.all(this.running);
      isQuiet = await Promise.race([quiet, delay(CLOSING_MS, false, { ref: false })]);
    } while (!isQuiet && this.running.size > 0);
    // The worker's blocking connection, a duplicate of ours, would go on reconnecting.
    this.reconnects = false;
    await worker.close(!isQuiet);
  }

  private async track(run: Promise<End>): Promise<End> {
    const ended = run.catch(() => undefined);
    this.running.add(ended);
    await ended;
    this.running.delete(ended);
    return run;
  }

  private async run(job: Job<unknown>): Promise<End> {
    const attempts = job.opts.attempts ?? 1;
    if (job.attemptsStarted > attempts) throw new UnrecoverableError(DIED);
    try {
      const handler = this.handlers.get(job.name);
      if (handler === undefined) throw new Error(`No handler for job ${job.name}`);
      if (isRound(job) && !(await takeRound(this.commands, this.queue, job))) return 'skipped';
      await handler(dataOf(job));
      return 'completed';
    } catch (error) {
      // BullMQ counts the tries that came to an end.
      throw job.attemptsStarted < attempts ? error : new UnrecoverableError(reasonOf(error));
    }
  }

  private connect(options: RedisOptions): Redis {
    const connection = new Redis(this.redisUrl, {
      ...options,
      retryStrategy: () => (this.reconnects ? RECONNECT_MS : null),
    });
    connection.on('error', queueAway);
    this.connections.push(connection);
    return connection;
  }
}

const isRound = (job: Job<unknown>): boolean => job.repeatJobKey !== undefined;

/** A round has none, which BullMQ spells {}. */
const dataOf = (job: Job<unknown>): unknown => (isRound(job) ? null : job.data);
