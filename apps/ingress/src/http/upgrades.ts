import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Upgrade } from '@tollgate/websocket';
import type { FastifyRequest } from 'fastify';

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** The WebSocket that a request asks for; undefined: it asks for none. */
export const upgradeOf = ({ raw }: FastifyRequest): Upgrade | undefined => upgrades.get(raw);

/** Requests for a WebSocket take the way of any other: routes, access, errors. Whoever agrees to one takes its socket. */
export function routeUpgrades(server: Server): void {
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const upgrade = { request, socket, head };
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      answerWithout(server, upgrade);
      return;
    }
    // A reset also closes it.
    socket.on('error', () => undefined);
    upgrades.set(request, upgrade);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => {
      response.detachSocket(socket);
      socket.destroySoon();
    });
    server.emit('request', request, response);
  });
}

const OF_UPGRADES: ReadonlySet<string> = new Set(['connection', 'upgrade', 'http2-settings']);

/**
 * NOTE Java's client offers HTTP/2 with every first request (`upgrade: h2c`), which a server may pass over. Node stops reading such a
 * request when anybody listens for upgrades: it is read again, without the offer.
 */
function answerWithout(server: Server, { request, socket, head }: Upgrade): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!OF_UPGRADES.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[at + 1] ?? ''}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
