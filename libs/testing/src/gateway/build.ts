import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the checkout; as far up from dist/ as from src/. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const STALE_MS = 120_000;
const FOLDER = join(ROOT, 'node_modules/.cache');
const LOCK = join(FOLDER, 'tollgate-build.lock');

let built = false;

/** Compiles what is out of date, once a process. Test processes that want it at the same time take turns. */
export async function buildOnce(): Promise<void> {
  if (built) return;
  await lock();
  try {
    execFileSync(process.execPath, [join(ROOT, 'deploy/build.mjs')], { stdio: 'pipe' });
    built = true;
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

async function lock(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (;;) {
    try {
      mkdirSync(LOCK);
      return;
    } catch {
      const since = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      // Its owner was killed.
      if (Date.now() - since > STALE_MS) rmSync(LOCK, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
