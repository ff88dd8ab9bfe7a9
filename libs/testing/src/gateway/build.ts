import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the checkout; as far up from dist/ as from src/. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

let built = false;

/** Builds what is out of date, once a process. */
export function buildOnce(): void {
  if (built) return;
  execFileSync(process.execPath, [join(ROOT, 'deploy/build.mjs')], { stdio: 'pipe' });
  built = true;
}
