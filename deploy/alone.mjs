// Two builds of one checkout at once would take away from each other what they write.
import { mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOCK = fileURLToPath(new URL('../node_modules/.cache/tollgate-build.lock', import.meta.url));
const LOOK_MS = 50;
/** Its owner says so often that it lives. A process id would say less: in a container another may have it. */
const BEAT_MS = 500;
const DEAD_MS = 10_000;

/**
 * Does the work once no other build of this checkout is under way. The lock of one that was killed counts for nothing.
 * @param {() => Promise<void>} work
 */
export async function alone(work) {
  await mkdir(dirname(LOCK), { recursive: true });
  for (let looks = 0; !(await isTaken()); looks += 1) {
    if (looks === 0) process.stderr.write('another build of this checkout is under way: waiting for it …\n');
    if ((await ageOf(LOCK)) > DEAD_MS) await rm(LOCK, { force: true });
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const unlock = () => rmSync(LOCK, { force: true });
  process.once('exit', unlock);
  const beats = setInterval(() => utimes(LOCK, new Date(), new Date()).catch(() => undefined), BEAT_MS);
  try {
    await work();
  } finally {
    clearInterval(beats);
    process.off('exit', unlock);
    unlock();
  }
}

/** Whether it is ours now. */
async function isTaken() {
  try {
    await writeFile(LOCK, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** In milliseconds; 0 when there is none. */
const ageOf = async (path) => {
  const file = await stat(path).catch(() => null);
  return file === null ? 0 : Date.now() - file.mtimeMs;
};
