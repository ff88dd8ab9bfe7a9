import { MCP_PROVIDER, type RpcMessage } from '@tollgate/contracts';
import { refusalError } from '../kit/classify.js';
import { Exchange, type ResponseStart } from '../kit/exchange.js';
import { headerValue } from '../kit/retry-after.js';
import type { Transport } from '../kit/transport.js';
import type { RequestOptions } from './mcp-session.js';
import type { McpTarget } from './mcp-target.js';

export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: RpcMessage;
}

/** Sends one HTTP request to an MCP server. */
export function send(
  transport: Transport,
  { headers, source }: McpTarget,
  request: HttpRequest,
  options: RequestOptions,
): Exchange {
  const { url, method, message } = request;
  const all = {
    accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    'accept-encoding': 'identity',
    'user-agent': 'tollgate',
    ...(message !== undefined && { 'content-type': 'application/json' }),
    ...headers,
    ...request.headers,
  };
  return new Exchange(
    transport.dispatcherFor(MCP_PROVIDER, url.origin),
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: Object.entries(all).flat(),
      body: message === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(message)),
    },
    { ...options, source, maxAnswerBytes: MAX_ANSWER_BYTES },
  );
}

export const isGood = ({ status }: ResponseStart): boolean => status >= 200 && status < 300;

export const isEventStream = ({ headers }: ResponseStart): boolean =>
  /^text\/event-stream/i.test(headerValue(headers, 'content-type') ?? '');

/** The server's refusal in the gateway's words. */
export async function refusal(
  exchange: Exchange,
  start: ResponseStart,
  { source }: McpTarget,
): Promise<Error> {
  const body = (await exchange.readAll()).toString();
  return refusalError({ status: start.status, headers: start.headers, body }, source);
}

/** Where the server moved to on its own host; null: nowhere that credentials may follow. */
export function movedTo({ status, headers }: ResponseStart, from: URL): URL | null {
  const location = headerValue(headers, 'location');
  if ((status !== 307 && status !== 308) || location === undefined) return null;
  const to = URL.canParse(location, from.href) ? new URL(location, from) : null;
  return to?.host === from.host ? new URL(to.pathname + to.search, from) : null;
}
