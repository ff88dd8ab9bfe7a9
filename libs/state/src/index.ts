export { MemoryState } from './memory-state.js';
export { RedisState, type RedisStateOptions } from './redis-state.js';
export type {
  Admission,
  AdmitRequest,
  LimitKind,
  Remaining,
  Scope,
  SettleRequest,
  SharedCircuit,
  State,
} from './state.js';
export { STATE } from './tokens.js';
