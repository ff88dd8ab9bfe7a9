/** Injection token of the process's `Jobs`. */
export const JOBS = Symbol('JOBS');
