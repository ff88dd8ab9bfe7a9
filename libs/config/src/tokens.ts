/** Injection token of the process's `Environment`. */
export const ENVIRONMENT = Symbol('ENVIRONMENT');
/** Injection token of the process's `Vault`; null where there is no salt key. */
export const VAULT = Symbol('VAULT');
