import { rm } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** Durable like a server (PGlite's own default is without fsync), with buffers sized for one gateway. */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['shared_buffers=16MB', 'wal_buffers=1MB', 'max_wal_size=128MB', 'jit=off'].flatMap((setting) => [
    '-c',
    setting,
  ]),
];

export interface PgliteServer {
  close(): Promise<void>;
}

/** Makes a new database in an empty folder (about 5 s and 800 MB, which is why it is done in a process of its own). */
export async function createFolder(folder: string): Promise<void> {
  const database = await PGlite.create({ dataDir: folder });
  await database.close();
}

/**
 * Opens the folder and serves Postgres's protocol on a Unix socket.
 * `onFatal` is called once when PGlite itself has failed (not a statement): it cannot be used any more.
 */
export async function servePglite(
  folder: string,
  socketPath: string,
  onFatal: (error: unknown) => void,
): Promise<PgliteServer> {
  const database = await PGlite.create({ dataDir: folder, startParams: START_PARAMETERS });
  const run = database.execProtocolRawStream.bind(database);
  database.execProtocolRawStream = (message, options) =>
    run(message, options).catch((error: unknown) => {
      onFatal(error);
      throw error;
    });
  await rm(socketPath, { force: true });
  // One for the client, and room for the one that replaces it before the first is seen to be gone.
  const server = new PGLiteSocketServer({ db: database, path: socketPath, maxConnections: 4 });
  await server.start();
  return {
    close: async () => {
      await server.stop();
      await database.close();
    },
  };
}
