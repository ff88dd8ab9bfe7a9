/**
 * Optional: a `ReadonlyMap<string, Dispatcher>` of undici dispatchers by provider name, which stand in for the network.
 * The standalone app gives `demo` one that leads to the built-in fault lab.
 */
export const DISPATCHERS = Symbol('tollgate.worker.dispatchers');
