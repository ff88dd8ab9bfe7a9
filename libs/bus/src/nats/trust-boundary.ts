import { GatewayError } from '@tollgate/contracts';
import type { BusHandlers } from '../bus.js';

/** The handlers, each behind the schema of its contract: what comes from outside the process is checked first. */
export function checked(handlers: BusHandlers): BusHandlers {
  const wrap = <Handler extends (input: never, ...rest: never[]) => unknown>(
    map: ReadonlyMap<string, Handler>,
    guard: (subject: string, handler: Handler) => Handler,
  ): ReadonlyMap<string, Handler> =>
    new Map([...map].map(([subject, handler]) => [subject, guard(subject, handler)]));
  const check = (subject: string, input: unknown): unknown => parse(handlers, subject, input);
  const checkedRequests = (requests: BusHandlers['requests']): BusHandlers['requests'] =>
    wrap(requests, (subject, handler) => async (input) => handler(check(subject, input)));
  return {
    ...handlers,
    requests: checkedRequests(handlers.requests),
    ...(handlers.addressed !== undefined && { addressed: checkedRequests(handlers.addressed) }),
    events: wrap(handlers.events, (subject, handler) => async (input) => handler(check(subject, input))),
    durables: wrap(
      handlers.durables,
      (subject, handler) => async (inputs) => handler(inputs.map((input) => check(subject, input))),
    ),
    calls: wrap(
      handlers.calls,
      (subject, handler) => (input, context) => handler(check(subject, input), context),
    ),
  };
}

function parse(handlers: BusHandlers, subject: string, input: unknown): unknown {
  const result = handlers.inputs?.get(subject)?.safeParse(input);
  if (result === undefined) return input;
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  throw new GatewayError('internal', `${subject}: ${path}: ${issue?.message ?? 'invalid'}`);
}
