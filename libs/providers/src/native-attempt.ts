import { NO_USAGE, type AbortSource, type Dialect, type ProviderLimits } from '@tollgate/contracts';
import { codecOf, type Json } from '@tollgate/dialects';
import { NO_PROGRESS, type Answer, type AttemptOptions, type ProviderAttempt } from './attempt.js';
import type { Connection } from './connection.js';
import { answerHeaders } from './kit/answer-headers.js';
import { authorize } from './kit/authorizer.js';
import { Exchange, type ResponseStart, type UpstreamRequest } from './kit/exchange.js';
import { providerLimits } from './kit/provider-limits.js';
import { headerValue } from './kit/retry-after.js';
import type { Transport } from './kit/transport.js';
import type { NativeCall } from './request/native-call.js';
import { endpointPath } from './request/upstream-request.js';
import { nativeHeaders } from './request/native-headers.js';
import { frameDecoder } from './response/framing.js';
import { nativeRelay, RawFrames } from './response/native-relay.js';
import type { Progress } from './response/observer.js';
import { isJson } from './response/parse-payload.js';
import { StreamAnswer } from './response/stream-answer.js';

const MAX_ANSWER_BYTES = 100 * 1024 * 1024;

/** The version at the end of a base URL: paths of a provider's own API begin with it. */
const VERSION_PATH = /\/(?:openai\/)?v\d+(?:beta\d*|alpha\d*)?$/;

/** One request to a provider's own API: bytes go and come as they are, its errors too. What a model answered is read for the bill. */
export class NativeAttempt implements ProviderAttempt {
  readonly refused = false;
  readonly served = null;
  limits: ProviderLimits | undefined;
  private known: Progress = NO_PROGRESS;
  private exchange: Exchange | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly connection: Connection,
    private readonly call: NativeCall,
  ) {}

  get reached(): boolean {
    return this.exchange?.reached ?? false;
  }

  get progress(): Progress {
    return this.known;
  }

  async open({ clocks, signal, maxAnswerBytes = MAX_ANSWER_BYTES }: AttemptOptions): Promise<Answer> {
    const exchange = await this.begin({ clocks, signal, maxAnswerBytes });
    this.exchange = exchange;
    const start = await exchange.head();
    this.limits = providerLimits(start.headers, Date.now());
    const { status } = start;
    const contentType = headerValue(start.headers, 'content-type') ?? 'application/octet-stream';
    const head = { status, contentType, headers: answerHeaders(start.headers) };
    if (isStream(contentType) && isGood(start))
      return { ...head, data: null, stream: await this.openStream(exchange, contentType, maxAnswerBytes) };
    const data = await exchange.readAll();
    this.known = isGood(start)
      ? progressOf(data, this.call.dialect)
      : { ...NO_PROGRESS, usage: NO_USAGE, finished: true };
    return { ...head, data, stream: null };
  }

  private async begin(
    options: AttemptOptions & { readonly maxAnswerBytes: number; readonly signal: AbortSource },
  ) {
    const { connection, call, transport } = this;
    const { provider, origin, source } = connection;
    const { method } = call.native;
    const request: UpstreamRequest = {
      ...{ origin, path: pathOf(connection, call) },
      body: call.body,
      method,
      headers: nativeHeaders(connection, call),
    };
    if (connection.authorizer !== null) await authorize(request, connection.authorizer);
    return new Exchange(transport.dispatcherFor(provider.name, origin), request, { ...options, source });
  }

  private async openStream(
    exchange: Exchange,
    contentType: string,
    maxEventBytes: number,
  ): Promise<StreamAnswer> {
    const { source } = this.connection;
    const relay = nativeRelay(this.call.dialect, source);
    this.known = relay.observer;
    const isRead = codecOf(this.call.dialect)?.back?.stream !== undefined;
    const options = { maxEventBytes, keepsMessages: true };
    const decoder = isRead ? frameDecoder(framingOf(contentType), options) : new RawFrames();
    const stream = new StreamAnswer(exchange, relay, decoder, source);
    await stream.open();
    return stream;
  }
}

function pathOf(connection: Connection, { native, upstreamModel }: NativeCall): string {
  const { provider, basePath } = connection;
  const { path, endpoint } = native;
  if (endpoint === undefined)
    return (provider.isBaseWhole ? basePath : basePath.replace(VERSION_PATH, '')) + path;
  return joinedPath(endpointPath(connection, { upstreamModel, dialect: endpoint }), path);
}

/** One path below another; the queries of both count. */
function joinedPath(above: string, below: string): string {
  const [path = '', query] = above.split('?', 2);
  return query === undefined ? path + below : `${path}${below}${below.includes('?') ? '&' : '?'}${query}`;
}

const isGood = ({ status }: ResponseStart): boolean => status >= 200 && status < 300;

const STREAMS = /^(?:text\/event-stream|application\/x-ndjson|application\/vnd\.amazon\.eventstream)/;
const isStream = (contentType: string): boolean => STREAMS.test(contentType);

function framingOf(contentType: string): 'sse' | 'ndjson' | 'aws-event-stream' {
  if (contentType.startsWith('text/event-stream')) return 'sse';
  return contentType.startsWith('application/x-ndjson') ? 'ndjson' : 'aws-event-stream';
}

/** What is no answer of a model costs nothing. */
function progressOf(data: Buffer, dialect: Dialect): Progress {
  const answer = jsonOf(data);
  const facts = answer === null ? undefined : codecOf(dialect)?.back?.facts(answer);
  return { ...NO_PROGRESS, ...facts, finished: true };
}

function jsonOf(data: Buffer): Json | null {
  try {
    const value: unknown = JSON.parse(data.toString());
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}
