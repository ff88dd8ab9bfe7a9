import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { GatewayError } from '@tollgate/contracts';
import { requestFailed } from '../events.js';
import { toEnvelope } from './error-envelope.js';

/** What Node's HTTP parser refuses never becomes a request: it is answered on the bare socket, in the usual envelope. */
export function answerClientError(cause: Error & { code?: string }, socket: Socket): void {
  if (cause.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const error = describe(cause);
  requestFailed(error, null);
  const body = JSON.stringify(toEnvelope(error));
  const reason = STATUS_CODES[error.status] ?? 'Bad Request';
  socket.end(
    `HTTP/1.1 ${error.status} ${reason}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function describe(cause: Error & { code?: string }): GatewayError {
  switch (cause.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new GatewayError('invalid_request', 'The request headers are too large.', {
        cause,
        status: 431,
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new GatewayError('invalid_request', 'The request did not arrive in time.', {
        cause,
        status: 408,
      });
    default:
      return new GatewayError('invalid_request', 'The request is not valid HTTP.', { cause });
  }
}
