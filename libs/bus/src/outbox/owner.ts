import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';

/** A foreign host's folder that was not touched for so long belongs to nobody. */
const STALE_AFTER_MS = 60_000;

const SEPARATOR = '~';
const FREE = 'free';
let opened = 0;

/** Name of a new outbox folder; it tells who owns it: `host~pid~start of the process~count`. */
export function newOwner(): string {
  opened += 1;
  return [hostname(), process.pid, startOf(process.pid), opened].join(SEPARATOR);
}

/** The name of a folder that its owner left behind in order, records and all. */
export const freed = (owner: string): string => `${owner}${SEPARATOR}${FREE}`;

/** Whether the owner of a folder can still write to it. */
export function isOwned(owner: string, path: string): boolean {
  const [host, pidText, start, , state] = owner.split(SEPARATOR);
  if (state === FREE) return false;
  if (host !== hostname())
    return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < STALE_AFTER_MS;
  const pid = Number(pidText);
  // NOTE in a container every life has pid 1, and elsewhere pids are reused: the start time tells them apart.
  return isRunning(pid) && startOf(pid) === start;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Clock ticks from boot to the start of a process; '0' where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
