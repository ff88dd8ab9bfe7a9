// Two builds of one checkout at once would take away from each other what they write.
import { rmSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOCK = fileURLToPath(new URL('../node_modules/.cache/tollgate-build.lock', import.meta.url));
const LOOK_MS = 50;

/**
 * Does the work once no other build of this checkout is under way. The lock of one that was killed counts for nothing.
 * @param {() => Promise<void>} work
 */
export async function alone(work) {
  const own = `${LOCK}-${process.pid}`;
  await mkdir(dirname(LOCK), { recursive: true });
  await writeFile(own, String(process.pid));
  while (!(await link(own, LOCK).then(() => true, isTaken))) {
    const owner = await readFile(LOCK, 'utf8').catch(() => null);
    if (owner !== null && !isRunning(Number(owner))) await rm(LOCK, { force: true });
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  await rm(own);
  const unlock = () => rmSync(LOCK, { force: true });
  process.once('exit', unlock);
  await work();
  process.off('exit', unlock);
  unlock();
}

function isTaken(error) {
  if (error.code === 'EEXIST') return false;
  throw error;
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
