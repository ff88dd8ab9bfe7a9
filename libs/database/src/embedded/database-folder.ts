import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files that are put onto the disk at once. */
const AT_ONCE = 4;

/**
 * Makes `<dataDirectory>/database` unless it is there, and returns its path. It appears whole or not at all, be it a power
 * cut that ends the making: it is made under another name, and on the disk before it gets its own. Remains are removed.
 */
export async function makeDatabaseFolder(
  dataDirectory: string,
  create: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(dataDirectory, 'database');
  const remains = (await readdir(dataDirectory)).filter((name) => name.startsWith('database.new-'));
  for (const name of remains) await rm(join(dataDirectory, name), { recursive: true, force: true });
  if (await stat(folder).catch(() => undefined)) return folder;
  const made = `${folder}.new-${process.pid}`;
  await mkdir(made);
  await create(made);
  await syncTree(made);
  await rename(made, folder);
  await sync(dataDirectory);
  // The data folder may be new as well. A parent that we may not read is not ours, and was there before.
  await sync(dirname(dataDirectory)).catch(() => undefined);
  return folder;
}

async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = [...entries.map((entry) => join(entry.parentPath, entry.name)), folder];
  const work = paths.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const path of work) await sync(path);
    }),
  );
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
