export type { JobOptions, Jobs } from './jobs.js';
export { JOBS } from './tokens.js';
