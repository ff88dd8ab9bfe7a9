import { GatewayError, toGatewayError, type RpcId, type RpcMessage } from '@tollgate/contracts';
import { SseDecoder, type SseEvent } from '@tollgate/dialects';
import type { Exchange } from '../kit/exchange.js';
import type { Transport } from '../kit/transport.js';
import { upstreamError } from '../kit/upstream-error.js';
import { isEventStream, isGood, refusal, send, MAX_ANSWER_BYTES } from './mcp-http.js';
import {
  FOR_EVER_MS,
  NEVER_ABORTED,
  SessionLost,
  clocksOf,
  type McpSession,
  type RequestOptions,
} from './mcp-session.js';
import { INITIALIZE, INITIALIZED, type McpTarget } from './mcp-target.js';
import { MessageQueue } from './message-queue.js';
import { answerToServer, isResponse, parseMessages } from './rpc-messages.js';

/** A session over the older transport: requests are POSTs, and one stream brings all answers. */
export class SseSession implements McpSession {
  private readonly pending = new Map<RpcId, MessageQueue<RpcMessage>>();
  private readonly decoder = new SseDecoder({ maxEventBytes: MAX_ANSWER_BYTES });
  private readonly endpoint = new MessageQueue<URL>();
  private postUrl: URL;
  private failure: GatewayError | undefined;

  private constructor(
    private readonly transport: Transport,
    private readonly target: McpTarget,
    private readonly stream: Exchange,
  ) {
    this.postUrl = target.url;
  }

  static async open(transport: Transport, target: McpTarget): Promise<SseSession> {
    const { url, timeoutMs } = target;
    const clocks = { ...clocksOf(timeoutMs, FOR_EVER_MS), idleMs: FOR_EVER_MS };
    const stream = send(transport, target, { url, method: 'GET' }, { clocks, signal: NEVER_ABORTED });
    const start = await stream.head();
    if (!isGood(start)) throw await refusal(stream, start, target);
    const session = new SseSession(transport, target, stream);
    if (!isEventStream(start)) session.fail(session.error('The server opens no stream of events.'));
    else void session.read();
    try {
      await session.initialize();
      return session;
    } catch (cause) {
      await session.close();
      throw cause;
    }
  }

  async *request(message: RpcMessage, options: RequestOptions): AsyncGenerator<RpcMessage, void, undefined> {
    const queue = new MessageQueue<RpcMessage>();
    const { id } = message;
    const { signal, clocks } = options;
    if (this.failure !== undefined) throw new SessionLost();
    const onAbort = (): void => queue.fail(toGatewayError(signal.reason));
    const clock = setTimeout(() => queue.fail(this.tooLate(clocks.totalMs)), clocks.totalMs);
    this.pending.set(id ?? '', queue);
    signal.addEventListener('abort', onAbort);
    try {
      await this.post(message, options);
      for (;;) {
        const received = await queue.next();
        yield received;
        if (isResponse(received)) return;
      }
    } finally {
      clearTimeout(clock);
      signal.removeEventListener('abort', onAbort);
      this.pending.delete(id ?? '');
    }
  }

  async tell(message: RpcMessage): Promise<void> {
    const options = { clocks: clocksOf(this.target.timeoutMs), signal: NEVER_ABORTED };
    // NOTE what hears it may be gone; whoever waits for an answer is told by that.
    await this.post(message, options).catch(() => undefined);
  }

  close(): Promise<void> {
    this.fail(new GatewayError('cancelled', 'The session was closed'));
    return Promise.resolve();
  }

  private async initialize(): Promise<void> {
    const { timeoutMs } = this.target;
    const clock = setTimeout(() => this.endpoint.fail(this.tooLate(timeoutMs)), timeoutMs);
    this.postUrl = await this.endpoint.next().finally(() => clearTimeout(clock));
    const options = { clocks: clocksOf(timeoutMs), signal: NEVER_ABORTED };
    for await (const { result, error } of this.request({ ...INITIALIZE, id: 0 }, options))
      if (result === undefined)
        throw this.error(`The server does not begin a session: ${error?.message ?? ''}`);
    await this.tell(INITIALIZED);
  }

  private async post(message: RpcMessage, options: RequestOptions): Promise<void> {
    const exchange = send(
      this.transport,
      this.target,
      { url: this.postUrl, method: 'POST', message },
      options,
    );
    const start = await exchange.head();
    if (!isGood(start)) throw await refusal(exchange, start, this.target);
    await exchange.readAll();
  }

  /** Ends with the stream. */
  private async read(): Promise<void> {
    try {
      for (let data = await this.stream.read(); data !== null; data = await this.stream.read()) {
        this.stream.tokenSeen();
        for (const event of this.decoder.push(data)) this.take(event);
      }
      this.fail(this.error('The server closed the stream.'));
    } catch (cause) {
      this.fail(toGatewayError(cause));
    }
  }

  private take({ event, data }: SseEvent): void {
    if (data === '') return;
    if (event === 'endpoint') {
      this.endpoint.push(this.endpointOf(data));
      return;
    }
    for (const message of parseMessages(data, this.target.source)) {
      const answer = answerToServer(message);
      if (answer !== undefined) void this.tell(answer);
      else this.pending.get(this.addressOf(message))?.push(message);
    }
  }

  /** What is addressed to nobody is heard by nobody. */
  private addressOf({ id, method, params }: RpcMessage): RpcId {
    const address = method === undefined ? id : params?.['progressToken'];
    return typeof address === 'number' || typeof address === 'string' ? address : '';
  }

  /** Credentials go nowhere else. */
  private endpointOf(text: string): URL {
    const { url } = this.target;
    const found = URL.canParse(text, url.href) ? new URL(text, url) : null;
    if (found?.origin === url.origin) return found;
    throw this.error('The server names an endpoint that is not its own.');
  }

  private fail(error: GatewayError): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.endpoint.fail(error);
    for (const queue of this.pending.values()) queue.fail(error);
    this.stream.abort(error);
  }

  private tooLate(milliseconds: number): GatewayError {
    const text = `Request timed out: no answer within ${milliseconds} ms.`;
    return upstreamError('upstream_timeout', 'Timeout', text, this.target.source);
  }

  private error(text: string): GatewayError {
    return upstreamError('upstream_stream_broken', 'APIConnectionError', text, this.target.source);
  }
}
