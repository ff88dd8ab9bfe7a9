import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { MAX_SESSION_MESSAGE_BYTES } from './session-records.js';
import { SessionSocket } from './session-socket.js';

export interface Connected {
  readonly socket: SessionSocket;
  /** Of the answer. */
  readonly headers: IncomingHttpHeaders;
}

/** The server answered instead of upgrading. */
export interface Refused {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ConnectOptions {
  /** Lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Cuts the attempt when it aborts. */
  readonly signal: AbortSignal;
}

/** An explanation that is longer is cut. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Opens a socket: with the headers of the answer, or what the server answered instead. Rejects with the system's error where there
 * is no connection, and with the signal's reason.
 */
export function connectSocket(
  url: string,
  { headers, signal }: ConnectOptions,
): Promise<Connected | Refused> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      maxPayload: MAX_SESSION_MESSAGE_BYTES,
    });
    let answered: IncomingHttpHeaders = {};
    const cut = (): void => {
      reject(signal.reason as Error);
      socket.terminate();
    };
    const settled = (): void => signal.removeEventListener('abort', cut);
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    socket.on('upgrade', (response) => {
      answered = response.headers;
    });
    socket.on('open', () => {
      settled();
      resolve({ socket: new SessionSocket(socket), headers: answered });
    });
    socket.on('unexpected-response', (_request, response) => {
      void refusalOf(response).then((refused) => {
        settled();
        resolve(refused);
        socket.terminate();
      });
    });
    socket.on('error', (cause) => {
      settled();
      reject(cause);
    });
  });
}

/** The status says enough when the explanation breaks off. */
async function refusalOf(response: IncomingMessage): Promise<Refused> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes > MAX_BODY_BYTES) break;
    }
  } catch {
    // What has come is all there is.
  }
  const { statusCode = 0, headers } = response;
  return { status: statusCode, headers, body: Buffer.concat(parts).toString() };
}
