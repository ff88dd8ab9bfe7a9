import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createLogger } from '@tollgate/observability';
import type { PgliteServer } from './pglite-server.js';

const logger = createLogger('database');

/** Node 20 starts no thread on a TypeScript file: under Jest, which compiles on the fly, PGlite shares the thread. */
export const runsFromSource = import.meta.url.endsWith('.ts');

const RESTART_MS = 500;

/** The thread that PGlite runs in, so that its queries do not hold up the gateway's. Started again if it dies. */
export class PgliteThread {
  private worker: Worker | undefined;
  private inThread: PgliteServer | undefined;
  private closing = false;

  private constructor(
    private readonly folder: string,
    private readonly socketPath: string,
  ) {}

  static async start(folder: string, socketPath: string): Promise<PgliteThread> {
    const thread = new PgliteThread(folder, socketPath);
    await thread.open();
    return thread;
  }

  private async open(): Promise<void> {
    if (runsFromSource) {
      const { servePglite } = await import('./pglite-server.js');
      this.inThread = await servePglite(this.folder, this.socketPath, () => undefined);
      return;
    }
    const workerData = { folder: this.folder, socketPath: this.socketPath };
    const worker = new Worker(new URL('./pglite-worker.js', import.meta.url), { workerData, execArgv: [] });
    this.worker = worker;
    await once(worker, 'message');
    worker.on('error', (error) => {
      logger.error({ event: 'database.thread_failed', reason: String(error) }, 'embedded database failed');
    });
    worker.once('exit', () => {
      this.restart();
    });
  }

  private restart(): void {
    if (this.closing) return;
    setTimeout(() => {
      this.open().catch(() => {
        this.restart();
      });
    }, RESTART_MS).unref();
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    await this.inThread?.close();
    if (this.worker === undefined) return;
    const ended = once(this.worker, 'exit');
    this.worker.postMessage('close');
    await ended;
  }
}
