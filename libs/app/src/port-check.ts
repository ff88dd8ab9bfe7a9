import { once } from 'node:events';
import { createServer } from 'node:net';

/** Rejects as `listen` would: whoever starts a gateway hears of a port that is taken before the database is made, which takes seconds. */
export async function checkPort(port: number, host: string): Promise<void> {
  if (port === 0) return;
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
