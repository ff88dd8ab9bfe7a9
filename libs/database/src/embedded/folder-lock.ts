import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/**
 * Takes the folder for this process, so that no second one opens its database: two PGlites on one folder destroy it.
 * A listening socket is a lock that ends with its process, `kill -9` included. Throws when another process has it.
 */
export async function lockFolder(socketDirectory: string, dataDirectory: string): Promise<Server> {
  const path = join(socketDirectory, 'lock');
  if (await answers(path)) throw inUse(dataDirectory);
  await rm(path, { force: true });
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  await once(server, 'listening');
  server.unref();
  return server;
}

/** Like an error of the operating system: nothing is wrong with the gateway. */
function inUse(dataDirectory: string): Error {
  const hint = 'stop that one, or choose another folder with --data';
  const error = new Error(`the data folder ${dataDirectory} is in use by another process: ${hint}`);
  return Object.assign(error, { code: 'EBUSY', syscall: 'lock', path: dataDirectory });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
