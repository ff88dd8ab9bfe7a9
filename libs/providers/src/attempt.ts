import { GatewayError, type AbortSource, type Clocks, type ProviderLimits } from '@tollgate/contracts';
import type { ServedAnswer, ServedText } from '@tollgate/dialects';
import type { Connection } from './connection.js';
import { answerHeaders } from './kit/answer-headers.js';
import { refusalError } from './kit/classify.js';
import { Exchange, type ResponseStart } from './kit/exchange.js';
import { providerLimits } from './kit/provider-limits.js';
import { headerValue } from './kit/retry-after.js';
import type { Transport } from './kit/transport.js';
import { prefillOf } from './request/continued-body.js';
import { upstreamRequest, type UpstreamCall } from './request/upstream-request.js';
import { wantsPlainText } from './request/wants-plain-text.js';
import { continuedRelay, keptRelay } from './response/client-view.js';
import { jsonAnswer } from './response/json-answer.js';
import type { Progress } from './response/observer.js';
import { invalidAnswer } from './response/parse-payload.js';
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
  /** `llm_provider-*`. */
  readonly headers: Record<string, string>;
} & (
  | { readonly data: Uint8Array; readonly stream: null }
  | { readonly data: null; readonly stream: StreamAnswer }
);

const MAX_ANSWER_BYTES = 100 * 1024 * 1024;
const NO_PROGRESS: Progress = {
  usage: null,
  rawUsage: null,
  serviceTier: null,
  characters: 0,
  responseId: null,
  finished: false,
};

/** One try at one provider. Every failure is a GatewayError in LiteLLM's words, without credentials. */
export class Attempt {
  /** The provider answered with an error instead of serving. */
  refused = false;
  /** What the answer's headers told of the provider's rate limits. */
  limits: ProviderLimits | undefined;

  private servedText: ServedText | undefined;
  private known: Progress = NO_PROGRESS;
  private exchange: Exchange | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly connection: Connection,
    private readonly call: UpstreamCall,
  ) {}

  /** The request went out to the provider, which may bill it. */
  get reached(): boolean {
    return this.exchange?.reached ?? false;
  }

  /** What is known of the answer so far. */
  get progress(): Progress {
    return this.known;
  }

  /**
   * What the client has of a stream that breaks off, when another attempt could go on from there; else null. Only of a call
   * that is `resumable`.
   */
  get served(): ServedAnswer | null {
    return this.servedText?.served() ?? null;
  }

  /** Resolves when the answer is known to be good: a whole JSON answer, or the first event of a stream. */
  async open({ clocks, signal, maxAnswerBytes = MAX_ANSWER_BYTES }: AttemptOptions): Promise<Answer> {
    const { provider, origin, source } = this.connection;
    const request = upstreamRequest(this.connection, this.call);
    const dispatcher = this.transport.dispatcherFor(provider.name, origin);
    const exchange = new Exchange(dispatcher, request, { clocks, signal, source, maxAnswerBytes });
    this.exchange = exchange;
    const start = await exchange.head();
    this.limits = providerLimits(start.headers, Date.now());
    if (start.status < 200 || start.status > 299) return this.refuse(exchange, start);
    const { status } = start;
    const headers = answerHeaders(start.headers);
    return this.call.stream && !isWhole(start)
      ? { status, headers, data: null, stream: await this.openStream(exchange, maxAnswerBytes) }
      : { status, headers, data: await this.readWhole(exchange), stream: null };
  }

  private async openStream(exchange: Exchange, maxEventBytes: number): Promise<StreamAnswer> {
    const { provider, source } = this.connection;
    const { dialect, model, includeUsage } = this.call;
    const relay = relayFor(provider.dialect, dialect, { model, includeUsage, source });
    this.known = relay.observer;
    const stream = new StreamAnswer(exchange, this.partOfAnswer(relay), source, maxEventBytes);
    await stream.open();
    return stream;
  }

  /** The relay of an answer that goes on from another one, or that another one may go on from. */
  private partOfAnswer(relay: StreamRelay): StreamRelay {
    const { dialect, upstreamModel, body, partial, resumable } = this.call;
    const { provider } = this.connection;
    let whole = relay;
    if (partial !== undefined) {
      const model = provider.modelName?.(upstreamModel) ?? upstreamModel;
      const prefill = prefillOf(provider, model);
      whole = continuedRelay(whole, dialect, { partial, providerDialect: provider.dialect, prefill });
    }
    if (resumable !== true || !wantsPlainText(body)) return whole;
    const kept = keptRelay(whole, dialect, partial);
    this.servedText = kept.text;
    return kept.relay;
  }

  private async readWhole(exchange: Exchange): Promise<Uint8Array> {
    const { provider, source } = this.connection;
    const body = await exchange.readAll();
    const { dialect: to, model, stream } = this.call;
    const answer = jsonAnswer(body, { from: provider.dialect, to, model, source });
    this.known = answer.progress;
    if (stream) throw invalidAnswer('is no stream', source);
    return answer.data;
  }

  private async refuse(exchange: Exchange, { status, headers }: ResponseStart): Promise<never> {
    this.refused = true;
    const body = await exchange.readAll().catch((cause: unknown) => {
      // The status says enough when the explanation breaks off; a cancel or a clock is another matter.
      if (cause instanceof GatewayError && cause.code === 'upstream_stream_broken') return '';
      throw cause;
    });
    throw refusalError({ status, headers, body: body.toString() }, this.connection.source);
  }
}

/** A provider that ignores `stream`, or reports an error with status 200. */
const isWhole = ({ headers }: ResponseStart): boolean =>
  headerValue(headers, 'content-type')?.startsWith('application/json') ?? false;
