import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, stat } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLogger } from '@tollgate/observability';
import { makeDatabaseFolder } from './database-folder.js';
import { PgliteThread, runsFromSource } from './pglite-thread.js';
import { lockFolder } from './folder-lock.js';
import { SOCKET_NAME, socketDirectoryOf } from './socket-directory.js';

const OWN_FOLDER = 0o700;
const OWN_FILE = 0o600;

const execute = promisify(execFile);
const logger = createLogger('database');

export interface EmbeddedServer {
  /** `host` for `pg`. */
  readonly socketDirectory: string;
  close(): Promise<void>;
}

/**
 * PGlite on `<dataDirectory>/database`, made on first use, in a thread of its own.
 * Throws when another process has the folder.
 */
export async function startEmbedded(dataDirectory: string): Promise<EmbeddedServer> {
  await mkdir(dataDirectory, { recursive: true, mode: OWN_FOLDER });
  const socketDirectory = await socketDirectoryOf(dataDirectory);
  const lock = await lockFolder(socketDirectory, dataDirectory);
  try {
    const folder = await makeDatabaseFolder(dataDirectory, create);
    const thread = await PgliteThread.start(folder, join(socketDirectory, SOCKET_NAME));
    return { socketDirectory, close: () => closeBoth(thread, lock) };
  } catch (error) {
    lock.close();
    throw error;
  }
}

async function closeBoth(thread: PgliteThread, lock: Server): Promise<void> {
  await thread.close();
  lock.close();
}

/** A new database that the build has made: it lies beside what the build has joined, and modules by themselves have none. */
const TEMPLATE = fileURLToPath(new URL('./database', import.meta.url));

async function create(folder: string): Promise<void> {
  if (await stat(TEMPLATE).catch(() => undefined)) {
    await cp(TEMPLATE, folder, { recursive: true });
    await own(folder);
    return;
  }
  logger.info({ event: 'database.creating' }, 'making the database: some seconds, this once');
  if (runsFromSource) {
    const { createFolder } = await import('./pglite-server.js');
    return createFolder(folder);
  }
  const entry = fileURLToPath(new URL('./pglite-create.js', import.meta.url));
  await execute(process.execPath, [entry, folder]);
}

/** The template may be there for everybody to read, and for nobody to write; its copy is ours alone. */
async function own(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await Promise.all(
    entries.map((entry) =>
      chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? OWN_FOLDER : OWN_FILE),
    ),
  );
  await chmod(folder, OWN_FOLDER);
}
