import type { Jobs } from '../jobs.js';
import type { BullMqJobsOptions } from './bullmq-jobs.js';

/** Jobs in Redis. BullMQ is loaded here and not before: a process that runs alone has no use for it. */
export async function openBullMq(options: BullMqJobsOptions): Promise<Jobs> {
  const { BullMqJobs } = await import('./bullmq-jobs.js');
  return new BullMqJobs(options);
}
