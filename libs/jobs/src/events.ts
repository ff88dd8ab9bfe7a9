import { counter, createLogger } from '@tollgate/observability';

const logger = createLogger('jobs');
const runs = counter('tollgate_job_runs_total', 'Tries of jobs by how they ended.', ['job', 'result']);

export function jobCompleted(job: string): void {
  runs.inc({ job, result: 'completed' });
  logger.debug({ event: 'job.completed', job }, 'job completed');
}

/** An earlier round of the job still runs. */
export function roundSkipped(job: string): void {
  runs.inc({ job, result: 'skipped' });
  logger.debug({ event: 'job.skipped', job }, 'round skipped, for an earlier one still runs');
}

export function jobFailed(job: string, error: unknown, isFinal: boolean): void {
  runs.inc({ job, result: isFinal ? 'given-up' : 'failed' });
  const reason = reasonOf(error);
  if (isFinal) logger.error({ event: 'job.given-up', job, reason }, 'job failed for the last time');
  else logger.warn({ event: 'job.failed', job, reason }, 'job failed and will be tried again');
}

/** The queue's server or database is away; work goes on when it is back. */
export function queueAway(error: unknown): void {
  logger.warn({ event: 'job.queue-away', reason: reasonOf(error) }, 'job queue cannot be reached');
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
