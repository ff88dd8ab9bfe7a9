export { openBullMq } from './bullmq/open-bullmq.js';
export type { FailedJob, JobOptions, Jobs } from './jobs.js';
export { FailedJobs1790000000008 } from './table/failed-jobs.migration.js';
export { JobTable1790000000001 } from './table/job-table.migration.js';
export { TableJobs, type TableJobsOptions } from './table/table-jobs.js';
export { JOBS } from './tokens.js';
