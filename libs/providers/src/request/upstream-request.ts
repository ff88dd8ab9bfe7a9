import type { Dialect, PartialAnswer } from '@tollgate/contracts';
import type { Connection } from '../connection.js';
import type { UpstreamRequest } from '../kit/exchange.js';
import type { Provider } from '../provider.js';
import { cappedBody } from './capped-body.js';
import { continuedBody } from './continued-body.js';
import { passThroughBody } from './pass-through-body.js';
import type { BodyOptions } from './request-options.js';
import { translatedBody } from './translated-body.js';

/** What is asked of a provider: the client's body, and what the gateway knows of the call. */
export interface UpstreamCall {
  readonly attemptId: string;
  /** The client's dialect. */
  readonly dialect: Dialect;
  /** The model as the client named it: what its answer says. */
  readonly model: string;
  /** The provider's name of the model. */
  readonly upstreamModel: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Client headers, lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly options: BodyOptions;
  /** What the client has of the answer already: this one goes on from there. */
  readonly partial?: PartialAnswer | undefined;
  /** Tokens that all answers together may have; null: as the client wants. */
  readonly maxOutputTokens?: number | null;
  /** Another attempt may have to go on where this one breaks off. */
  readonly resumable?: boolean;
}

/**
 * Headers that belong to a connection, to the gateway or to its caller's credentials. Whose account at the provider is billed goes
 * with the credentials, which are the deployment's: its own `organization` is sent.
 */
const WITHHELD =
  /^(?:authorization|x-api-key|api-key|x-goog-api-key|cookie|host|connection|keep-alive|upgrade|te|trailer|expect|forwarded|via|origin|referer|user-agent|accept|accept-encoding|content-.*|transfer-encoding|proxy-.*|x-forwarded-.*|x-real-ip|x-litellm-.*|x-tollgate-.*|x-client-request-id|openai-organization|openai-project)$/;

const VENDOR_HEADER = /^(?:openai|anthropic)-/;

/** The request as it goes out. Pure. */
export function upstreamRequest(connection: Connection, call: UpstreamCall): UpstreamRequest {
  const { provider, origin, basePath, apiVersion } = connection;
  const model = provider.modelName?.(call.upstreamModel) ?? call.upstreamModel;
  const query = { provider, model, stream: call.stream, options: call.options };
  const isSameDialect = provider.dialect === call.dialect;
  const own = isSameDialect ? passThroughBody(call.body, query) : translatedBody(call.body, query);
  const { maxOutputTokens = null } = call;
  const body = maxOutputTokens === null ? own : cappedBody(own, provider, maxOutputTokens);
  return {
    origin,
    path: provider.path({ basePath, model, apiVersion, isContinued: call.partial !== undefined }),
    headers: requestHeaders(connection, call, isSameDialect),
    body: call.partial === undefined ? body : continuedBody(body, call.partial.text, provider, model),
  };
}

function requestHeaders(
  { provider, headers: own }: Connection,
  call: UpstreamCall,
  isSameDialect: boolean,
): string[] {
  const headers = ['accept', call.stream ? 'text/event-stream' : 'application/json'];
  for (const [name, value] of own) headers.push(name, value);
  // OpenAI documents it, others ignore it: finds the attempt in the provider's logs.
  headers.push('x-client-request-id', call.attemptId);
  for (const [name, value] of Object.entries(call.headers)) {
    if (!own.has(name) && travels(name, provider, isSameDialect)) headers.push(name, value);
  }
  for (const [name, value] of Object.entries(provider.defaultHeaders)) {
    const isSet =
      own.has(name) || (call.headers[name] !== undefined && travels(name, provider, isSameDialect));
    if (!isSet) headers.push(name, value);
  }
  return headers;
}

/** A vendor's headers go to that vendor, whatever the dialect; all others to providers of the client's dialect. */
function travels(name: string, { vendorHeaders }: Provider, isSameDialect: boolean): boolean {
  if (WITHHELD.test(name)) return false;
  return VENDOR_HEADER.test(name) ? vendorHeaders !== null && name.startsWith(vendorHeaders) : isSameDialect;
}
