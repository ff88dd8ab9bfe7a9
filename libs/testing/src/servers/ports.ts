import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Connects, sends `greeting`, and tells whether the first bytes of the answer please `accept`. Never throws. */
export function answers(
  port: number,
  greeting: Buffer,
  accept: (answer: Buffer) => boolean,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (good: boolean): void => {
      socket.destroy();
      resolve(good);
    };
    socket.setTimeout(2000, () => finish(false));
    socket.once('connect', () => socket.write(greeting));
    socket.once('data', (answer) => finish(accept(answer)));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
