/** Injection token of the process's `State`. */
export const STATE = Symbol('STATE');
