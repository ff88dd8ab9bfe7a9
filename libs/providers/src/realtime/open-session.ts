import { toGatewayError, type AbortSource, type Clocks, type ProviderLimits } from '@tollgate/contracts';
import { connectSocket, type SessionSocket } from '@tollgate/websocket';
import type { Connection } from '../connection.js';
import { answerHeaders } from '../kit/answer-headers.js';
import { authorize } from '../kit/authorizer.js';
import { refusalError } from '../kit/classify.js';
import { connectionError } from '../kit/connection-error.js';
import type { UpstreamRequest } from '../kit/exchange.js';
import { providerLimits } from '../kit/provider-limits.js';
import { upstreamError } from '../kit/upstream-error.js';
import { requestHeaders, routeOf, type UpstreamCall } from '../request/upstream-request.js';

/** A session that is wanted of a provider. */
interface SessionCall extends Pick<UpstreamCall, 'attemptId' | 'upstreamModel' | 'headers'> {
  /** What the caller asks for in its query, beside the model. */
  readonly query: Readonly<Record<string, string>>;
}

export interface OpenSession {
  readonly socket: SessionSocket;
  /** `llm_provider-*`. */
  readonly headers: Record<string, string>;
  readonly limits: ProviderLimits | undefined;
}

/** Headers of requests with a body and an answer. */
const NOT_OF_SOCKETS: ReadonlySet<string> = new Set(['accept', 'content-type', 'accept-encoding']);

/** Opens a session at a provider. Every failure is a GatewayError in LiteLLM's words, without credentials. */
export async function openSession(
  connection: Connection,
  call: SessionCall,
  { clocks, signal }: { readonly clocks: Clocks; readonly signal: AbortSource },
): Promise<OpenSession> {
  const { source } = connection;
  const request = sessionRequest(connection, call);
  if (connection.authorizer !== null) await authorize(request, connection.authorizer);
  const controller = new AbortController();
  const cut = (): void => controller.abort(toGatewayError(signal.reason));
  const clock = setTimeout(() => {
    const text = `Request timed out: no session within ${clocks.connectMs} ms.`;
    controller.abort(upstreamError('upstream_timeout', 'Timeout', text, source));
  }, clocks.connectMs);
  signal.addEventListener('abort', cut);
  if (signal.aborted) cut();
  try {
    const url = request.origin + request.path;
    const opened = await connectSocket(url, { headers: headersOf(request), signal: controller.signal });
    if ('status' in opened) throw refusalError(opened, source);
    const headers = answerHeaders(opened.headers);
    return { socket: opened.socket, headers, limits: providerLimits(opened.headers, Date.now()) };
  } catch (cause) {
    const reason: unknown = controller.signal.aborted ? controller.signal.reason : cause;
    throw isSystems(reason) ? connectionError(reason, 'connecting', source) : reason;
  } finally {
    clearTimeout(clock);
    signal.removeEventListener('abort', cut);
  }
}

function sessionRequest(connection: Connection, call: SessionCall): UpstreamRequest {
  const { origin, basePath, apiVersion, more } = connection;
  const { endpoint, model } = routeOf(connection, { ...call, dialect: 'openai-realtime' });
  const url = new URL(endpoint.path({ origin, basePath, model, apiVersion, more }), origin);
  for (const [name, value] of Object.entries(call.query)) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, value);
  }
  const headers = requestHeaders(connection, { ...call, stream: true }, true);
  return { origin, path: url.pathname + url.search, method: 'GET', headers, body: new Uint8Array() };
}

function headersOf({ headers }: UpstreamRequest): Record<string, string> {
  const named: Record<string, string> = {};
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!NOT_OF_SOCKETS.has(name)) named[name] = headers[at + 1] ?? '';
  }
  return named;
}

const isSystems = (cause: unknown): boolean => cause instanceof Error && cause.name !== 'GatewayError';
