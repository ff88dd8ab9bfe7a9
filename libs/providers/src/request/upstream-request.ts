import type { Dialect, PartialAnswer } from '@tollgate/contracts';
import type { Connection } from '../connection.js';
import { noWay, wayTo, type Way } from '../endpoint.js';
import type { UpstreamRequest } from '../kit/exchange.js';
import type { Provider } from '../provider.js';
import { cappedBody } from './capped-body.js';
import { continuedBody, prefillOf } from './continued-body.js';
import { formBody } from './form-body.js';
import { passThroughBody, type BodyQuery } from './pass-through-body.js';
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
  /** Of a form, with its boundary; absent: JSON. */
  readonly contentType?: string | undefined;
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

export const isWithheld = (name: string): boolean => WITHHELD.test(name);

const VENDOR_HEADER = /^(?:openai|anthropic|x-goog)-/;

/** The way of a call, with the provider's name of the model. */
export interface Route extends Way {
  readonly model: string;
}

/** The provider's name of the model, and the endpoint that serves the call. Throws `endpoint_unsupported`. */
export function routeOf(
  { provider }: Connection,
  { upstreamModel, dialect }: Pick<UpstreamCall, 'upstreamModel' | 'dialect'>,
): Route {
  const model = provider.modelName?.(upstreamModel) ?? upstreamModel;
  const way = wayTo(provider.endpoints(model), dialect);
  if (way === null) throw noWay(provider.label, upstreamModel, dialect);
  return { endpoint: way.endpoint, isSameDialect: way.isSameDialect, model };
}

/** Where the provider has its own endpoint of a dialect. Throws `endpoint_unsupported`. */
export function endpointPath(
  connection: Connection,
  call: Pick<UpstreamCall, 'upstreamModel' | 'dialect'>,
): string {
  const { endpoint, isSameDialect, model } = routeOf(connection, call);
  if (!isSameDialect) throw noWay(connection.provider.label, call.upstreamModel, call.dialect);
  const { origin, basePath, apiVersion, more } = connection;
  return endpoint.path({ origin, basePath, model, apiVersion, more });
}

/** The request as it goes out, but for credentials that an authorizer adds. Pure. */
export function upstreamRequest(
  connection: Connection,
  asked: UpstreamCall,
  { endpoint, isSameDialect, model }: Route = routeOf(connection, asked),
): UpstreamRequest {
  const call = withoutDroppedHeaders(asked);
  const { provider, origin, basePath, apiVersion, more } = connection;
  const { stream, options, partial, maxOutputTokens = null, headers } = call;
  const at = {
    origin,
    basePath,
    model,
    apiVersion,
    stream,
    headers,
    more,
    isContinued: partial !== undefined,
  };
  const query = { provider, endpoint, edits: endpoint.bodyEdits?.(at) ?? NONE, model, stream, options };
  const own = isSameDialect
    ? sameBody(call, query)
    : translatedBody(call.body, { ...query, from: call.dialect, asked: call.model, partial });
  const { dialect } = endpoint;
  const body =
    maxOutputTokens === null
      ? own
      : cappedBody(own, { dialect, maxOutputTokens, chatField: provider.outputCapField });
  const whole =
    partial === undefined || !isSameDialect
      ? body
      : continuedBody(body, partial.text, dialect, prefillOf(provider, model));
  const { contentType } = call;
  const adapted = endpoint.adapter?.request({ body: whole, contentType, dropParams: options.dropParams });
  return {
    origin,
    path: endpoint.path(at) + (adapted?.path ?? ''),
    headers: requestHeaders(
      connection,
      adapted === undefined ? call : { ...call, ...adapted },
      isSameDialect,
    ),
    body: adapted?.body ?? whole,
  };
}

/** Beta flags that one cloud does not have yet can be left out as parameters are. */
function withoutDroppedHeaders(call: UpstreamCall): UpstreamCall {
  const { headers, options } = call;
  if (!options.additionalDropParams.some((name) => name in headers)) return call;
  const kept = Object.entries(headers).filter(([name]) => !options.additionalDropParams.includes(name));
  return { ...call, headers: Object.fromEntries(kept) };
}

const sameBody = ({ body, contentType }: UpstreamCall, query: BodyQuery): Uint8Array =>
  contentType === undefined ? passThroughBody(body, query) : formBody(body, contentType, query);

const NONE = {};

export function requestHeaders(
  { provider, headers: own }: Connection,
  call: Pick<UpstreamCall, 'attemptId' | 'headers' | 'stream' | 'contentType'>,
  isSameDialect: boolean,
): string[] {
  const headers = ['accept', call.stream ? 'text/event-stream' : 'application/json'];
  for (const [name, value] of own)
    headers.push(name, name === 'content-type' ? (call.contentType ?? value) : value);
  // OpenAI documents it, others ignore it: finds the attempt in the provider's logs.
  headers.push('x-client-request-id', call.attemptId);
  for (const name in call.headers) {
    const value = call.headers[name];
    if (value !== undefined && !own.has(name) && travels(name, provider, isSameDialect))
      headers.push(name, value);
  }
  for (const name in provider.defaultHeaders) {
    const value = provider.defaultHeaders[name];
    const isSet =
      own.has(name) || (call.headers[name] !== undefined && travels(name, provider, isSameDialect));
    if (value !== undefined && !isSet) headers.push(name, value);
  }
  return headers;
}

/** A vendor's headers go to that vendor, whatever the dialect; all others to providers of the client's dialect. */
function travels(name: string, { vendorHeaders }: Provider, isSameDialect: boolean): boolean {
  if (isWithheld(name)) return false;
  return VENDOR_HEADER.test(name) ? vendorHeaders !== null && name.startsWith(vendorHeaders) : isSameDialect;
}
