/**
 * Delayed, repeated and retried work. Two adapters (BullMQ; in process on a table) pass one contract suite.
 * A job is run at least once; a handler must bear a repeat.
 */
export interface Jobs {
  /**
   * Names the handler of a job; call before `start`. A throw is a failed try, and so is the death of the process:
   * exponential backoff, up to `attempts`.
   */
  handle(name: string, handler: JobHandler): void;
  /** Begins to run jobs. */
  start(): Promise<void>;
  /** The same `id` while a job is waiting or running is the same job: the second is dropped. Data `undefined` is null. */
  enqueue(name: string, data: unknown, options?: JobOptions): Promise<void>;
  /** Runs a job every so often, on one replica at a time; calling it again with another interval replaces the schedule. */
  repeat(name: string, everyMs: number): Promise<void>;
  /** What was given up after its last try, newest first. Kept for a week, and the last thousand. */
  failures(): Promise<FailedJob[]>;
  /** Lets running jobs finish. */
  close(): Promise<void>;
}

/** Its data went through JSON and may be of an older version of Tollgate: a handler that reads it checks it. */
export type JobHandler = (data: unknown) => Promise<void>;

export interface JobOptions {
  readonly id?: string;
  readonly delayMs?: number;
  readonly attempts?: number;
}

/** A job, or a round of a repeated one, that was given up. */
export interface FailedJob {
  readonly name: string;
  readonly data: unknown;
  /** Of its last try. */
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly failedAt: number;
}
