import type { DataSource } from 'typeorm';
import { jobCompleted, jobFailed, queueAway, reasonOf } from '../events.js';
import {
  CONCURRENCY,
  DEFAULT_ATTEMPTS,
  DEFAULT_BACKOFF_MS,
  DEFAULT_LEASE_MS,
  DIED,
} from '../job-defaults.js';
import type { FailedJob, JobHandler, JobOptions, Jobs } from '../jobs.js';
import { JobStore, type ClaimedJob } from './job-store.js';

export interface TableJobsOptions {
  /** Its database has the table of `JobTable1790000000001`. */
  readonly dataSource: DataSource;
  readonly backoffMs?: number;
  /** A job whose process died is run again after this long. Renewed while the job runs. Default 30 s. */
  readonly leaseMs?: number;
  /** The longest time between two looks at the table (for jobs of other processes). Default 5 s. */
  readonly pollMs?: number;
  /** Epoch milliseconds; for tests. */
  readonly now?: () => number;
}

/** `Jobs` on a table of Postgres or PGlite, run in this process. */
export class TableJobs implements Jobs {
  private readonly store: JobStore;
  private readonly handlers = new Map<string, JobHandler>();
  private readonly running = new Set<Promise<void>>();
  private readonly backoffMs: number;
  private readonly leaseMs: number;
  private readonly pollMs: number;
  private readonly now: () => number;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private state: 'new' | 'started' | 'closed' = 'new';

  constructor(options: TableJobsOptions) {
    this.store = new JobStore(options.dataSource);
    this.backoffMs = options.backoffMs ?? DEFAULT_BACKOFF_MS;
    this.leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
    this.pollMs = options.pollMs ?? 5_000;
    this.now = options.now ?? Date.now;
  }

  handle(name: string, handler: JobHandler): void {
    this.handlers.set(name, handler);
  }

  async start(): Promise<void> {
    this.state = 'started';
    await this.look();
  }

  async enqueue(name: string, data: unknown, options: JobOptions = {}): Promise<void> {
    const runAt = this.now() + (options.delayMs ?? 0);
    await this.store.add({
      name,
      id: options.id,
      data,
      runAt,
      maxAttempts: options.attempts ?? DEFAULT_ATTEMPTS,
    });
    void this.look();
  }

  async repeat(name: string, everyMs: number): Promise<void> {
    await this.store.schedule(name, everyMs, this.now() + everyMs, DEFAULT_ATTEMPTS);
    void this.look();
  }

  failures(): Promise<FailedJob[]> {
    return this.store.failures();
  }

  async close(): Promise<void> {
    this.state = 'closed';
    clearTimeout(this.timer);
    await this.looking;
    await Promise.all(this.running);
  }

  /** Starts what is due and sets the alarm for what is next. One look at a time; asked during one, it looks once more. */
  private look(): Promise<void> {
    this.lookAgain = true;
    this.looking ??= this.lookUntilQuiet().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async lookUntilQuiet(): Promise<void> {
    while (this.lookAgain && this.state === 'started') {
      this.lookAgain = false;
      const waitMs = await this.runDue().catch((error: unknown) => {
        queueAway(error);
        return this.pollMs;
      });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.look(), waitMs).unref();
    }
  }

  /** Returns how long to wait for the next look. */
  private async runDue(): Promise<number> {
    const names = [...this.handlers.keys()];
    const free = CONCURRENCY - this.running.size;
    // At full load there is no need to look: the first job to end does.
    if (free <= 0 || names.length === 0) return this.pollMs;
    const jobs = await this.store.claim(names, this.now(), this.leaseMs, free);
    for (const job of jobs) this.begin(job);
    if (jobs.length === free) return this.pollMs;
    const next = await this.store.nextTime(names);
    return next === null ? this.pollMs : Math.min(this.pollMs, Math.max(1, next - this.now()));
  }

  private begin(job: ClaimedJob): void {
    const run = this.run(job)
      // The job keeps its lease; when that runs out it comes again.
      .catch(queueAway)
      .finally(() => {
        this.running.delete(run);
        void this.look();
      });
    this.running.add(run);
  }

  private async run(job: ClaimedJob): Promise<void> {
    // Claimed once more than it may be tried: the last try ended in the death of its process.
    if (job.attempt > job.maxAttempts) return this.giveUp(job, DIED);
    const renewal = setInterval(() => {
      this.store.extend(job, this.now() + this.leaseMs).catch(queueAway);
    }, this.leaseMs / 3).unref();
    const failure = await this.attempt(job);
    clearInterval(renewal);
    if (failure === undefined) return this.finish(job);
    if (job.attempt >= job.maxAttempts) return this.giveUp(job, failure.error);
    jobFailed(job.name, failure.error, false);
    await this.store.postpone(job, this.now() + this.backoffMs * 2 ** (job.attempt - 1));
  }

  private async attempt(job: ClaimedJob): Promise<{ error: unknown } | undefined> {
    try {
      await this.handlers.get(job.name)?.(job.data);
      jobCompleted(job.name);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  private async giveUp(job: ClaimedJob, error: unknown): Promise<void> {
    jobFailed(job.name, error, true);
    await this.store.keepFailure(job, reasonOf(error), this.now());
    await this.finish(job);
  }

  private finish(job: ClaimedJob): Promise<void> {
    return job.everyMs === null ? this.store.remove(job) : this.store.endRound(job, this.now());
  }
}
