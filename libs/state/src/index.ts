export { MemoryState } from './memory-state.js';
export { connectRedis } from './redis/connect-redis.js';
export type {
  BudgetLimit,
  BudgetState,
  BudgetUse,
  CallCost,
  Charge,
  CounterReading,
  ExtendRequest,
  OweRequest,
  ReleasedHold,
  Seed,
  SweepRequest,
} from './budgets.js';
export type {
  Admission,
  AdmitRequest,
  BudgetRefusal,
  CapacityShare,
  Granted,
  LimitKind,
  RateRefusal,
  Remaining,
  Scope,
  SettleRequest,
  SharedCircuit,
  State,
  Unseeded,
} from './state.js';
export { STATE } from './tokens.js';
export type { ListedTexts, TextCache, TextCacheFacts, TextState } from './texts.js';
