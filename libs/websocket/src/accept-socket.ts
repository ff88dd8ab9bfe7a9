import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { MAX_SESSION_MESSAGE_BYTES } from './session-records.js';
import { SessionSocket } from './session-socket.js';

/** A request for a WebSocket, with the connection it came by and what was read beyond it. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

export interface AcceptOptions {
  /** One of those that the client offers; null: none. */
  readonly protocol: string | null;
  /** Of the answer, beside those of the handshake. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Agrees to an upgrade. Rejects, having answered or closed the connection, where the handshake is wrong or the client is gone. */
export function acceptSocket(
  { request, socket, head }: Upgrade,
  { protocol, headers }: AcceptOptions,
): Promise<SessionSocket> {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_SESSION_MESSAGE_BYTES,
    handleProtocols: () => protocol ?? false,
  });
  server.on('headers', (lines) => {
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  });
  return new Promise((resolve, reject) => {
    const lost = (): void => {
      reject(new Error('The client left before its socket was open'));
    };
    socket.once('close', lost);
    server.handleUpgrade(request, socket, head, (accepted) => {
      socket.off('close', lost);
      resolve(new SessionSocket(accepted));
    });
  });
}
