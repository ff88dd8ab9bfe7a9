export type {
  Bus,
  BusHandlers,
  CallBody,
  CallContext,
  CallHandler,
  CallOptions,
  CallResponse,
  DurableDraft,
  RequestOptions,
  ResponseFrame,
  ResponseWriter,
} from './bus.js';
export { BUS } from './tokens.js';
