import type { AbortSource, Clocks, RpcMessage } from '@tollgate/contracts';

export interface RequestOptions {
  readonly clocks: Clocks;
  readonly signal: AbortSource;
}

/** An initialized session with an MCP server. */
export interface McpSession {
  /**
   * The notifications that belong to a request, then its response. The id must be one of its own in the session. Throws a GatewayError;
   * `SessionLost` where the server no longer knows the session, and has done nothing.
   */
  request(message: RpcMessage, options: RequestOptions): AsyncGenerator<RpcMessage, void, undefined>;
  /** A notification, or the answer to a request of the server's. Never rejects. */
  tell(message: RpcMessage): Promise<void>;
  /** Tells the server, within a second, and lets go of what is open. Never rejects. */
  close(): Promise<void>;
}

/** The server has forgotten the session, or closed its stream, before it saw the request. */
export class SessionLost extends Error {
  override readonly name = 'SessionLost';
}

const CONNECT_MS = 10_000;
/** The longest that a timer of Node's can wait. */
export const FOR_EVER_MS = 2 ** 31 - 1;

/** `silentMs`: how long nothing may come. */
export const clocksOf = (silentMs: number, totalMs = silentMs): Clocks => ({
  connectMs: Math.min(CONNECT_MS, totalMs),
  firstTokenMs: silentMs,
  idleMs: silentMs,
  totalMs,
});

/** Of what no caller waits for alone. */
export const NEVER_ABORTED: AbortSource = {
  aborted: false,
  reason: undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
};
