import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What libpq and `pg` append to the directory that is given as host. */
export const SOCKET_NAME = '.s.PGSQL.5432';

/** Of `sockaddr_un` less the closing zero: 107 on Linux, 103 on macOS. */
const LONGEST_PATH = 103;

/**
 * A folder for the sockets of a data directory that only this user may enter: `socket` inside it, or a short one under
 * the temporary directory, of the same name each time, when the path would not fit a socket's address.
 */
export async function socketDirectoryOf(dataDirectory: string): Promise<string> {
  const real = await realpath(dataDirectory);
  const inside = join(real, 'socket');
  const fits = Buffer.byteLength(join(inside, SOCKET_NAME)) <= LONGEST_PATH;
  const digest = createHash('sha256').update(real).digest('hex').slice(0, 16);
  const directory = fits ? inside : join(tmpdir(), `tollgate-${digest}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await checkPrivate(directory);
  return directory;
}

async function checkPrivate(directory: string): Promise<void> {
  const found = await lstat(directory);
  const isOurs = found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  if (!found.isDirectory() || !isOurs)
    throw new Error(`${directory} must be a folder of this user with mode 0700`);
}
