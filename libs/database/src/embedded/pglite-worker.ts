import { parentPort, workerData } from 'node:worker_threads';
import { servePglite } from './pglite-server.js';

/** Entry of the thread that PGlite runs in. Says `ready`; told `close`, it closes the database and ends. */
const { folder, socketPath } = workerData as { folder: string; socketPath: string };

const server = await servePglite(folder, socketPath, (error) => {
  // Outside of any promise, so that it ends the thread, which is how the main thread hears of it.
  setImmediate(() => {
    throw error;
  });
});
parentPort?.once('message', () => {
  void server.close().then(() => parentPort?.close());
});
parentPort?.postMessage('ready');
