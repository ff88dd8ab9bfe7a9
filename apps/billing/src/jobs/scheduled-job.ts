/** Work of billing that jobs do: by the clock (`everyMs`), or when it is enqueued. A run must bear a repeat. */
export interface ScheduledJob {
  readonly name: string;
  readonly everyMs?: number;
  /** `data` went through JSON; null for a run by the clock. */
  readonly run: (data: unknown) => Promise<void>;
}

/** A part of billing that has such work. */
export interface JobSource {
  jobs(): readonly ScheduledJob[];
}

/** Injection token of every `JobSource`. */
export const JOB_SOURCES = Symbol('JOB_SOURCES');
