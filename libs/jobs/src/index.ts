export type { JobOptions, Jobs } from './jobs.js';
