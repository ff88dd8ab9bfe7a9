import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret of the gateway's own making. */
export interface OwnSecret {
  readonly text: string;
  readonly file: string;
  /** Made just now: nobody knows it yet. */
  readonly isNew: boolean;
}

/**
 * A secret that the embedded gateway makes for itself on its first run: kept in the data folder, readable by its owner
 * alone. `prefix` stands before the random part. Rejects when there is one that cannot be read.
 */
export async function ownSecret(dataDirectory: string, name: string, prefix: string): Promise<OwnSecret> {
  const file = join(dataDirectory, name);
  const kept = await readFile(file, 'utf8').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cause;
  });
  if (kept.trim() !== '') return { text: kept.trim(), file, isNew: false };
  const text = prefix + randomBytes(24).toString('base64url');
  await writeFile(file, `${text}\n`, { mode: 0o600 });
  return { text, file, isNew: true };
}
