import { createHash } from 'node:crypto';
import { GatewayError, toGatewayError, type AbortSource, type RpcMessage } from '@tollgate/contracts';
import type { Transport } from '../kit/transport.js';
import { HttpSession } from './http-session.js';
import { SessionLost, clocksOf, type McpSession } from './mcp-session.js';
import type { McpTarget } from './mcp-target.js';
import { isResponse, renumbered, restored } from './rpc-messages.js';
import { SseSession } from './sse-session.js';

export interface McpRequest {
  readonly target: McpTarget;
  /** For whom: servers may keep something for a session, so nobody shares one. */
  readonly owner: string;
  readonly message: RpcMessage;
  readonly signal: AbortSource;
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** A session is there: from now on the server may do something. */
  readonly sending: () => void;
}

interface Opened {
  readonly session: Promise<McpSession>;
  idleClock: NodeJS.Timeout | undefined;
  running: number;
}

/** Sessions that are kept; the one that was used least lately goes. */
const MAX_SESSIONS = 1_000;
const IDLE_MS = 5 * 60_000;

/** Talks to MCP servers, in sessions that are begun at the first request and again when they are lost. */
export class McpClient {
  private readonly sessions = new Map<string, Opened>();
  private lastId = 0;

  constructor(private readonly transport: Transport) {}

  /** The notifications that belong to a request, then its response. Throws a GatewayError. */
  async *request(request: McpRequest): AsyncGenerator<RpcMessage, void, undefined> {
    const { message } = request;
    for (let isSecond = false; ; isSecond = true) {
      const key = keyOf(request);
      const opened = this.sessionOf(key, request.target);
      try {
        const session = await opened.session;
        request.sending();
        for await (const received of this.exchange(session, request)) yield restored(received, message);
        return;
      } catch (cause) {
        if (!isOwnEnd(cause)) this.drop(key, opened);
        // Nothing was done for a session that the server does not know.
        if (cause instanceof SessionLost && !isSecond) continue;
        throw cause instanceof SessionLost ? lostAgain(request.target) : toGatewayError(cause);
      } finally {
        this.rest(key, opened);
      }
    }
  }

  /** Ends every session, before the transport is closed. */
  async close(): Promise<void> {
    const all = [...this.sessions.values()];
    this.sessions.clear();
    for (const { idleClock } of all) clearTimeout(idleClock);
    await Promise.all(all.map(end));
  }

  private async *exchange(
    session: McpSession,
    { message, target, signal, deadline }: McpRequest,
  ): AsyncGenerator<RpcMessage, void, undefined> {
    const id = (this.lastId += 1);
    const clocks = clocksOf(target.timeoutMs, Math.max(1, deadline - Date.now()));
    let isWorking = true;
    try {
      for await (const received of session.request(renumbered(message, id), { clocks, signal })) {
        isWorking = !isResponse(received);
        yield received;
      }
    } catch (cause) {
      isWorking = isOwnEnd(cause);
      throw cause;
    } finally {
      // Also when nobody reads on. A connection that is closed is no cancel to the server.
      if (isWorking) void session.tell(cancelledNotice(id));
    }
  }

  private sessionOf(key: string, target: McpTarget): Opened {
    const known = this.sessions.get(key);
    if (known !== undefined) this.sessions.delete(key);
    const opened = known ?? this.open(key, target);
    this.sessions.set(key, opened);
    clearTimeout(opened.idleClock);
    opened.running += 1;
    this.makeRoom();
    return opened;
  }

  private open(key: string, target: McpTarget): Opened {
    const Session = target.transport === 'sse' ? SseSession : HttpSession;
    const opened = { session: Session.open(this.transport, target), idleClock: undefined, running: 0 };
    opened.session.catch(() => this.drop(key, opened));
    return opened;
  }

  private makeRoom(): void {
    if (this.sessions.size <= MAX_SESSIONS) return;
    for (const [key, opened] of this.sessions) {
      if (opened.running > 0) continue;
      this.drop(key, opened);
      return;
    }
  }

  private rest(key: string, opened: Opened): void {
    opened.running -= 1;
    if (opened.running > 0) return;
    if (this.sessions.get(key) !== opened) {
      void end(opened);
      return;
    }
    opened.idleClock = setTimeout(() => this.drop(key, opened), IDLE_MS);
    opened.idleClock.unref();
  }

  /** No further request gets it; those that run in it may end. */
  private drop(key: string, opened: Opened): void {
    clearTimeout(opened.idleClock);
    if (this.sessions.get(key) === opened) this.sessions.delete(key);
    if (opened.running === 0) void end(opened);
  }
}

async function end({ session }: Opened): Promise<void> {
  const open = await session.catch(() => null);
  await open?.close();
}

/** Another credential of the client's, or a server that is configured anew, is another session. */
const keyOf = ({ target, owner }: McpRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([target.name, target.url.href, target.transport, owner, target.headers]))
    .digest('base64');

/** The request ended for a reason that is none of the session's. */
const isOwnEnd = (cause: unknown): boolean =>
  cause instanceof GatewayError &&
  ['cancelled', 'deadline_exceeded', 'draining', 'upstream_timeout'].includes(cause.code);

const cancelledNotice = (requestId: number): RpcMessage => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
});

const lostAgain = ({ name }: McpTarget): GatewayError =>
  new GatewayError('upstream_error', `The MCP server ${name} forgets each session as soon as it is begun.`);
