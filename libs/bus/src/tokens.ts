/** Injection token of the process's `Bus`. */
export const BUS = Symbol('BUS');
