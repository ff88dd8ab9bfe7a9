import {
  GatewayError,
  TASK_OF,
  type AbortSource,
  type Clocks,
  type Dialect,
  type ProviderLimits,
  type Task,
} from '@tollgate/contracts';
import { streamType, type Json, type ServedAnswer, type ServedText } from '@tollgate/dialects';
import type { Connection } from './connection.js';
import type { Endpoint } from './endpoint.js';
import { answerHeaders } from './kit/answer-headers.js';
import { authorize } from './kit/authorizer.js';
import { refusalError } from './kit/classify.js';
import { Exchange, type ResponseStart } from './kit/exchange.js';
import { providerLimits } from './kit/provider-limits.js';
import { headerValue } from './kit/retry-after.js';
import type { Transport } from './kit/transport.js';
import { prefillOf } from './request/continued-body.js';
import { answersByRequest } from './request/dialect-bodies.js';
import { routeOf, upstreamRequest, type Route, type UpstreamCall } from './request/upstream-request.js';
import { wantsPlainText } from './request/wants-plain-text.js';
import { adaptedAnswer } from './response/adapted-answer.js';
import { continuedRelay, keptRelay } from './response/client-view.js';
import { frameDecoder } from './response/framing.js';
import { jsonAnswer } from './response/json-answer.js';
import type { Progress } from './response/observer.js';
import { invalidAnswer } from './response/parse-payload.js';
import { withPieces } from './response/pieces.js';
import { relayFor } from './response/relay-for.js';
import { StreamAnswer } from './response/stream-answer.js';
import type { StreamRelay } from './response/stream-relay.js';

export interface AttemptOptions {
  readonly clocks: Clocks;
  /** Aborts with a GatewayError: ends the attempt and the provider's work, except for `caller_lost`. */
  readonly signal: AbortSource;
  /** Most bytes of an answer (or one event of a stream) that is held whole. */
  readonly maxAnswerBytes?: number;
}

/** The head of an answer, and its body in the client's dialect: whole, or as a stream whose first event has come. */
export type Answer = {
  readonly status: number;
  readonly contentType: string;
  /** `llm_provider-*`. */
  readonly headers: Record<string, string>;
} & (
  | { readonly data: Uint8Array; readonly stream: null }
  | { readonly data: null; readonly stream: StreamAnswer }
);

const MAX_ANSWER_BYTES = 100 * 1024 * 1024;
export const NO_PROGRESS: Progress = {
  usage: null,
  rawUsage: null,
  serviceTier: null,
  characters: 0,
  responseId: null,
  finished: false,
};

/** One try at one provider, whatever is asked of it. */
export interface ProviderAttempt {
  /** The provider answered with an error instead of serving. */
  readonly refused: boolean;
  /** What the answer's headers told of the provider's rate limits. */
  readonly limits: ProviderLimits | undefined;
  /** The request went out to the provider, which may bill it. */
  readonly reached: boolean;
  /** What is known of the answer so far. */
  readonly progress: Progress;
  /**
   * What the client has of a stream that breaks off, when another attempt could go on from there; else null. Only of a call
   * that is `resumable`.
   */
  readonly served: ServedAnswer | null;
  /** Resolves when the answer is known to be good: a whole answer, or the first event of a stream. */
  open(options: AttemptOptions): Promise<Answer>;
}

/** One call in the client's words. Every failure is a GatewayError in LiteLLM's words, without credentials. */
export class Attempt implements ProviderAttempt {
  refused = false;
  limits: ProviderLimits | undefined;

  private servedText: ServedText | undefined;
  private known: Progress = NO_PROGRESS;
  private exchange: Exchange | undefined;
  private way: Route | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly connection: Connection,
    private readonly call: UpstreamCall,
  ) {}

  get reached(): boolean {
    return this.exchange?.reached ?? false;
  }

  get progress(): Progress {
    return this.known;
  }

  get served(): ServedAnswer | null {
    return this.servedText?.served() ?? null;
  }

  async open({ clocks, signal, maxAnswerBytes = MAX_ANSWER_BYTES }: AttemptOptions): Promise<Answer> {
    const { connection, call } = this;
    const { provider, origin, source } = connection;
    this.way = routeOf(connection, call);
    const request = upstreamRequest(connection, call, this.way);
    if (connection.authorizer !== null) await authorize(request, connection.authorizer);
    const dispatcher = this.transport.dispatcherFor(provider.name, origin);
    const isReadWhole = !call.stream;
    const exchange = new Exchange(dispatcher, request, {
      clocks,
      signal,
      source,
      maxAnswerBytes,
      isReadWhole,
    });
    this.exchange = exchange;
    const start = await exchange.head();
    const { status } = start;
    this.limits = providerLimits(start.headers, Date.now());
    if (status < 200 || status > 299) return this.refuse(exchange, start);
    const headers = answerHeaders(start.headers);
    if (call.stream && !isJsonType(start)) {
      const stream = await this.openStream(exchange, maxAnswerBytes);
      return { status, headers, contentType: streamType(call.dialect), data: null, stream };
    }
    const rest = exchange.readAll();
    const { data, contentType } = this.wholeAnswer(rest instanceof Promise ? await rest : rest, start);
    return { status, headers, contentType, data, stream: null };
  }

  private get endpoint(): Endpoint {
    if (this.way === undefined) throw new Error('The attempt was not opened');
    return this.way.endpoint;
  }

  private async openStream(exchange: Exchange, maxEventBytes: number): Promise<StreamAnswer> {
    const { endpoint, connection, call } = this;
    const { model, includeUsage } = call;
    const { source } = connection;
    const request = this.repeated();
    const relay = relayFor(endpoint.dialect, call.dialect, { model, includeUsage, source, request });
    this.known = relay.observer;
    const decoder = frameDecoder(endpoint.framing ?? 'sse', { maxEventBytes });
    const stream = new StreamAnswer(exchange, this.partOfAnswer(relay), decoder, source);
    await stream.open();
    return stream;
  }

  /** The relay of an answer that goes on from another one, or that another one may go on from. */
  private partOfAnswer(relay: StreamRelay): StreamRelay {
    const { dialect, upstreamModel, body, partial, resumable } = this.call;
    const { provider } = this.connection;
    if (!CONTINUABLE.has(dialect)) return relay;
    let whole = relay;
    if (partial !== undefined) {
      const model = provider.modelName?.(upstreamModel) ?? upstreamModel;
      const prefill = prefillOf(provider, model);
      whole = continuedRelay(whole, dialect, { partial, providerDialect: this.endpoint.dialect, prefill });
    }
    if (resumable !== true || !wantsPlainText(body)) return whole;
    const kept = keptRelay(whole, dialect, partial);
    this.servedText = kept.text;
    return kept.relay;
  }

  private wholeAnswer(body: Buffer, start: ResponseStart) {
    const { call, connection, endpoint } = this;
    const { source } = connection;
    const { dialect: to, model, stream } = call;
    const isBinary = endpoint.dialect === to && !isJsonType(start) && MAY_BE_BINARY.has(TASK_OF[to]);
    if (isBinary) {
      this.known = withPieces({ ...NO_PROGRESS, finished: true }, call, null);
      return { data: body, contentType: typeOf(start) ?? 'application/octet-stream' };
    }
    const options = { from: endpoint.dialect, to, model, source, request: this.repeated() };
    const { data, progress, answer } = jsonAnswer(adaptedAnswer(body, endpoint, source), options);
    this.known = withPieces(progress, call, answer);
    if (stream) throw invalidAnswer('is no stream', source);
    return { data, contentType: 'application/json' };
  }

  /** The client's request, where its answers repeat it or depend on it. */
  private repeated(): Json | undefined {
    const { dialect, body } = this.call;
    const isSame = this.way?.isSameDialect ?? true;
    const isRepeated = isSame ? dialect === 'openai-embeddings' : answersByRequest(dialect);
    return isRepeated ? (JSON.parse(Buffer.from(body).toString()) as Json) : undefined;
  }

  private async refuse(exchange: Exchange, { status, headers }: ResponseStart): Promise<never> {
    this.refused = true;
    let body = '';
    try {
      body = (await exchange.readAll()).toString();
    } catch (cause) {
      // The status says enough when the explanation breaks off; a cancel or a clock is another matter.
      if (!(cause instanceof GatewayError) || cause.code !== 'upstream_stream_broken') throw cause;
    }
    throw refusalError({ status, headers, body }, this.connection.source);
  }
}

/** Answers in these can be gone on from. */
const CONTINUABLE: ReadonlySet<Dialect> = new Set(['openai-chat', 'anthropic-messages']);

/** What is no text: sound. NOTE transcriptions come as plain text or subtitles when they are asked to. */
const MAY_BE_BINARY: ReadonlySet<Task> = new Set(['speech', 'transcription']);

const typeOf = ({ headers }: ResponseStart): string | undefined => headerValue(headers, 'content-type');

/** Of a stream: a provider that ignores `stream`, or reports an error with status 200. */
const isJsonType = (start: ResponseStart): boolean => typeOf(start)?.startsWith('application/json') ?? false;
