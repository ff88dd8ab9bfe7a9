import { GatewayError, type SessionRequest } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import type { CallRequest } from '../calls/call-request.js';
import { invalid } from '../calls/request-fields.js';

/** What is the gateway's to say, or its client's alone. */
const OWN: ReadonlySet<string> = new Set(['model', 'deployment', 'api-version', 'api-key', 'key']);

const MAX_MODEL_LENGTH = 1_024;

/**
 * A session as a call: the model of its query (`deployment` is Azure's word), and whatever else is asked for there. Throws
 * `invalid_request`.
 */
export function readSessionRequest({ query, headers }: FastifyRequest): CallRequest {
  const asked = query as Readonly<Record<string, unknown>>;
  if (headers['sec-websocket-version'] !== '13' || headers['sec-websocket-key'] === undefined)
    throw upgradeRequired();
  if (asked['call_id'] !== undefined)
    throw invalid('call_id', 'Calls that began at the provider cannot be joined: it has no budget of them');
  const model = asked['model'] ?? asked['deployment'];
  if (typeof model !== 'string' || model === '' || model.length > MAX_MODEL_LENGTH)
    throw invalid('model', "'model' is required in the query: the name of a model");
  const further = Object.entries(asked).filter(
    (entry): entry is [string, string] => !OWN.has(entry[0]) && typeof entry[1] === 'string',
  );
  const request: SessionRequest = { query: Object.fromEntries(further) };
  return {
    ...{ dialect: 'openai-realtime', model, stream: true, includeUsage: true, endUser: null },
    ...{ bytes: Buffer.from(JSON.stringify(request)), body: {} },
  };
}

/** For whoever asks over plain HTTP. */
export const upgradeRequired = (): GatewayError =>
  new GatewayError('invalid_request', 'Sessions are WebSockets: send a handshake of version 13.', {
    status: 426,
    headers: { upgrade: 'websocket', 'sec-websocket-version': '13' },
  });
