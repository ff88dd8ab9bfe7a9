import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { acceptSocket } from './accept-socket.js';
import { connectSocket, type Connected, type Refused } from './connect-socket.js';
import type { SessionRecord } from './session-records.js';
import { SessionSocket } from './session-socket.js';

const text = (value: string): SessionRecord => ({ kind: 'text', data: Buffer.from(value) });
const forever = new AbortController().signal;

/** All records up to the close. */
async function readAll(socket: SessionSocket): Promise<SessionRecord[]> {
  const records: SessionRecord[] = [];
  for (;;) {
    records.push(...(await socket.take()));
    if (records.at(-1)?.kind === 'close') return records;
  }
}

describe('sockets of sessions', () => {
  let server: Server;
  let url: string;
  let accepted: Promise<SessionSocket>;
  let refuse: { status: number; body: string } | null;
  beforeEach(async () => {
    refuse = null;
    server = createServer();
    accepted = new Promise((resolve) => {
      server.on('upgrade', (request, socket: Socket, head) => {
        if (refuse === null) {
          void acceptSocket({ request, socket, head }, { protocol: null, headers: { 'x-call': 'one' } }).then(
            resolve,
          );
          return;
        }
        socket.end(
          `HTTP/1.1 ${refuse.status} No\r\nretry-after: 7\r\nconnection: close\r\n\r\n${refuse.body}`,
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/realtime`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });
  const connect = (): Promise<Connected | Refused> => connectSocket(url, { headers: {}, signal: forever });
  const both = async (): Promise<readonly [SessionSocket, SessionSocket]> => {
    const connected = (await connect()) as Connected;
    expect(connected.headers['x-call']).toBe('one');
    return [connected.socket, await accepted];
  };

  it('carry messages both ways, and the close with its code', async () => {
    const [near, far] = await both();
    await near.send(text('hello'));
    await near.send({ kind: 'binary', data: Buffer.from([1, 2]) });
    await far.send(text('and to you'));
    far.close(4002, 'ü'.repeat(100));
    expect(await readAll(near)).toEqual([
      text('and to you'),
      { kind: 'close', code: 4002, reason: 'ü'.repeat(61) },
    ]);
    expect(await readAll(far)).toEqual([
      text('hello'),
      { kind: 'binary', data: Buffer.from([1, 2]) },
      { kind: 'close', code: 4002, reason: 'ü'.repeat(61) },
    ]);
  });

  it('tell a lost connection from one that was closed', async () => {
    const [near, far] = await both();
    near.terminate();
    expect(await readAll(far)).toEqual([{ kind: 'close', code: 1006, reason: '' }]);
  });

  it('stop the peer that sends faster than they are read', async () => {
    const [near, far] = await both();
    const message = text('x'.repeat(64 * 1024));
    let sent = 0;
    const sending = (async () => {
      for (; sent < 400; sent += 1) await near.send(message);
      near.close(1000);
    })();
    // Nobody reads: the kernel's buffers fill up, and then nothing moves.
    for (let [before, still] = [0, 0]; still < 2_000; still = sent === before ? still + 1 : 0) {
      before = sent;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeGreaterThan(4);
    expect(sent).toBeLessThan(400);
    expect(await readAll(far)).toHaveLength(401);
    await sending;
  });

  it('give up a peer that answers no ping', async () => {
    const connected = new Promise<SessionSocket>((resolve) => {
      server.removeAllListeners('upgrade');
      server.on('upgrade', (request, socket, head) => {
        new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, head, (raw) => {
          resolve(new SessionSocket(raw, { pingMs: 20 }));
        });
      });
    });
    const client = new WebSocket(url, { autoPong: false });
    expect(await readAll(await connected)).toEqual([{ kind: 'close', code: 1006, reason: '' }]);
    client.terminate();
  });

  it('are none where the server answers instead, whose words are kept', async () => {
    refuse = { status: 429, body: '{"error":{"message":"slow down"}}' };
    expect(await connect()).toMatchObject({
      status: 429,
      headers: { 'retry-after': '7' },
      body: '{"error":{"message":"slow down"}}',
    });
  });

  it('are none where nobody listens, or when they are not wanted any more', async () => {
    server.close();
    await expect(connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const reason = new Error('enough');
    await expect(connectSocket(url, { headers: {}, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
