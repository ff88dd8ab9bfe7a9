import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The embedded gateway's own master key: made on the first run, kept in the data folder, readable by its owner alone. */
export async function ownMasterKey(dataDirectory: string): Promise<string> {
  const file = join(dataDirectory, 'master-key');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.trim() !== '') return kept.trim();
  const key = `sk-${randomBytes(24).toString('base64url')}`;
  await writeFile(file, `${key}\n`, { mode: 0o600 });
  return key;
}
