export { BullMqJobs, type BullMqJobsOptions } from './bullmq/bullmq-jobs.js';
export type { JobOptions, Jobs } from './jobs.js';
export { JobTable1790000000001 } from './table/job-table.migration.js';
export { TableJobs, type TableJobsOptions } from './table/table-jobs.js';
export { JOBS } from './tokens.js';
