export type { Admission, AdmitRequest, LimitKind, Remaining, Scope, SettleRequest, State } from './state.js';
export { STATE } from './tokens.js';
