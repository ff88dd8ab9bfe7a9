import { SseDecoder } from '@tollgate/dialects';
import type { RpcMessage } from '@tollgate/contracts';
import type { Exchange, ResponseStart } from '../kit/exchange.js';
import { headerValue } from '../kit/retry-after.js';
import type { Transport } from '../kit/transport.js';
import { upstreamError } from '../kit/upstream-error.js';
import { isEventStream, isGood, movedTo, refusal, send, MAX_ANSWER_BYTES } from './mcp-http.js';
import { NEVER_ABORTED, SessionLost, clocksOf, type McpSession, type RequestOptions } from './mcp-session.js';
import { INITIALIZE, INITIALIZED, type McpTarget } from './mcp-target.js';
import { answerToServer, isResponse, parseMessages } from './rpc-messages.js';

const FAREWELL_MS = 1_000;

/** A session over streamable HTTP: each request is a POST, its answer JSON or a stream of events. */
export class HttpSession implements McpSession {
  private url: URL;
  /** What the server wants to see with each request after the first. */
  private headers: Record<string, string> = {};

  private constructor(
    private readonly transport: Transport,
    private readonly target: McpTarget,
  ) {
    this.url = target.url;
  }

  static async open(transport: Transport, target: McpTarget): Promise<HttpSession> {
    const session = new HttpSession(transport, target);
    await session.initialize();
    return session;
  }

  async *request(message: RpcMessage, options: RequestOptions): AsyncGenerator<RpcMessage, void, undefined> {
    const { exchange, start } = await this.post(message, options);
    try {
      for await (const received of isEventStream(start) ? this.events(exchange) : this.whole(exchange)) {
        const answer = answerToServer(received);
        if (answer !== undefined) void this.tell(answer);
        else if (!isResponse(received)) yield received;
        else if (received.id === message.id) {
          yield received;
          return;
        }
      }
    } finally {
      exchange.release();
    }
    const text = 'The answer ended without a response to the request.';
    throw upstreamError('upstream_stream_broken', 'APIConnectionError', text, this.target.source);
  }

  async tell(message: RpcMessage): Promise<void> {
    const options = { clocks: clocksOf(this.target.timeoutMs), signal: NEVER_ABORTED };
    try {
      const { exchange } = await this.post(message, options);
      await exchange.readAll();
    } catch {
      // NOTE what hears it may be gone; whoever waits for an answer is told by that.
    }
  }

  async close(): Promise<void> {
    if (this.headers['mcp-session-id'] === undefined) return;
    const { url, headers } = this;
    const options = { clocks: clocksOf(FAREWELL_MS), signal: NEVER_ABORTED };
    const exchange = send(this.transport, this.target, { url, method: 'DELETE', headers }, options);
    try {
      await exchange.readAll();
    } catch {
      // It is over for us, whatever the server makes of it.
    }
  }

  private async initialize(): Promise<void> {
    const options = { clocks: clocksOf(this.target.timeoutMs), signal: NEVER_ABORTED };
    const { exchange, start } = await this.post({ ...INITIALIZE, id: 0 }, options);
    const answers = isEventStream(start) ? this.events(exchange) : this.whole(exchange);
    for await (const { id, result, error } of answers) {
      if (id !== 0 || (result === undefined && error === undefined)) continue;
      exchange.release();
      if (result === undefined) throw this.refusedSession(error?.message ?? '');
      const sessionId = headerValue(start.headers, 'mcp-session-id');
      if (sessionId !== undefined) this.headers['mcp-session-id'] = sessionId;
      const { protocolVersion } = result;
      if (typeof protocolVersion === 'string') this.headers['mcp-protocol-version'] = protocolVersion;
      await this.tell(INITIALIZED);
      return;
    }
    throw this.refusedSession('no answer to initialize');
  }

  /** Follows the server to another path of its own once. */
  private async post(
    message: RpcMessage,
    options: RequestOptions,
  ): Promise<{ exchange: Exchange; start: ResponseStart }> {
    for (let moves = 0; ; moves += 1) {
      const { url, headers } = this;
      const exchange = send(this.transport, this.target, { url, method: 'POST', headers, message }, options);
      const start = await exchange.head();
      if (isGood(start)) return { exchange, start };
      const moved = moves === 0 ? movedTo(start, url) : null;
      const error = await refusal(exchange, start, this.target);
      if (moved === null) throw this.isLost(start, error) ? new SessionLost() : error;
      this.url = moved;
    }
  }

  /** NOTE 404 is the protocol's word for it; widespread servers answer 400 and speak of the session. */
  private isLost({ status }: ResponseStart, { message }: Error): boolean {
    if (this.headers['mcp-session-id'] === undefined) return false;
    return status === 404 || (status === 400 && /session/i.test(message));
  }

  private async *whole(exchange: Exchange): AsyncGenerator<RpcMessage, void, undefined> {
    const text = (await exchange.readAll()).toString();
    if (text !== '') yield* parseMessages(text, this.target.source);
  }

  private async *events(exchange: Exchange): AsyncGenerator<RpcMessage, void, undefined> {
    const decoder = new SseDecoder({ maxEventBytes: MAX_ANSWER_BYTES });
    for (let data = await exchange.read(); data !== null; data = await exchange.read()) {
      exchange.tokenSeen();
      for (const event of decoder.push(data))
        if (event.data !== '') yield* parseMessages(event.data, this.target.source);
    }
    for (const event of decoder.flush())
      if (event.data !== '') yield* parseMessages(event.data, this.target.source);
  }

  private refusedSession(why: string): Error {
    const text = `The server does not begin a session: ${why}`;
    return upstreamError('upstream_invalid_response', 'APIError', text, this.target.source);
  }
}
