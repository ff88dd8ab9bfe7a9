export type {
  Bus,
  BusHandlers,
  CallBody,
  CallContext,
  CallHandler,
  CallOptions,
  CallResponse,
  DurableDraft,
  ForwardOptions,
  RequestOptions,
  ResponseFrame,
  ResponseWriter,
} from './bus.js';
export { BUS } from './tokens.js';
export { InProcessBus, type InProcessBusOptions } from './in-process/in-process-bus.js';
export { connectNats } from './nats/connect-nats.js';
export { BusStrategy, type BusStrategyOptions } from './nest/bus-strategy.js';
export { CallPattern, directMethod, type DirectTarget } from './nest/call-pattern.js';
export { GatewayRpcExceptionFilter } from './nest/gateway-rpc-exception.filter.js';
