import type { Endpoint } from '../endpoint.js';
import type { ErrorSource } from '../kit/upstream-error.js';
import { parsePayload } from './parse-payload.js';

/** A provider's whole answer in the words of the endpoint's dialect. Throws a GatewayError when it is none. */
export function adaptedAnswer(body: Buffer, { adapter }: Endpoint, source: ErrorSource): Buffer {
  if (adapter?.answer === undefined) return body;
  return Buffer.from(JSON.stringify(adapter.answer(parsePayload(body.toString(), source))));
}
