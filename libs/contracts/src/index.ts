export {
  callSubject,
  defineCall,
  defineDurable,
  defineEvent,
  defineRequest,
  type CallContract,
  type Contract,
  type DurableContract,
  type EventContract,
  type RequestContract,
  type Service,
} from './contract.js';
export {
  ERRORS,
  GatewayError,
  errorShape,
  toGatewayError,
  type ErrorCode,
  type ErrorShape,
  type GatewayErrorOptions,
  type Retry,
} from './errors.js';
export { NO_USAGE, completionTokens, promptTokens, usage, type Usage } from './usage.js';
export {
  attemptCall,
  attemptHeader,
  callHeader,
  clocks,
  dialect,
  outcome,
  principal,
  responseEnd,
  responseHead,
  routeCall,
  type AttemptHeader,
  type CallHeader,
  type Clocks,
  type Dialect,
  type Outcome,
  type Principal,
  type ResponseEnd,
  type ResponseHead,
} from './call.contract.js';
export {
  usageEvent,
  usageRecorded,
  usageStatus,
  type UsageEvent,
  type UsageStatus,
} from './usage.contract.js';
export {
  createKey,
  deleteKeys,
  findKey,
  keyChanged,
  keyRecord,
  newKey,
  type KeyRecord,
} from './key.contract.js';
export {
  listSpend,
  spendPage,
  spendQuery,
  summarizeSpend,
  type SpendPage,
  type SpendQuery,
} from './spend.contract.js';
export { CONTRACTS, contractsOf } from './contracts.js';
