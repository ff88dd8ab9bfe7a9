import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { labModel } from './lab-model.js';
import { LabSession } from './lab-session.js';

/** A provider of realtime sessions that does as the name of the model says. */
export interface RealtimeLab {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Every session so far. */
  readonly sessions: readonly LabSession[];
  close(): Promise<void>;
}

export async function startRealtimeLab(): Promise<RealtimeLab> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const sessions: LabSession[] = [];
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://lab');
    const model = searchParams.get('model') ?? searchParams.get('deployment') ?? '';
    const { status } = labModel(model);
    if (status !== 0 || !pathname.endsWith('/realtime')) {
      const body = JSON.stringify({ error: { message: 'The lab refuses', type: 'lab_error' } });
      const head = `HTTP/1.1 ${status === 0 ? 404 : status} Refused\r\ncontent-length: ${body.length}`;
      socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      sessions.push(new LabSession(accepted, model, request.headers, request.url ?? ''));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
