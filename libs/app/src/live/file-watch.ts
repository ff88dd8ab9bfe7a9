import { watch, type FSWatcher } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface FileWatchOptions {
  /** Quiet time after a change: whoever writes a file does it in several steps. Default 50 ms. */
  readonly settleMs?: number;
  /** Default 1 s. */
  readonly pollMs?: number;
  /** How a folder is watched; for specs of a system that tells nothing. */
  readonly watchFolder?: (folder: string, changed: () => void) => FSWatcher;
}

const watchFolder = (folder: string, changed: () => void): FSWatcher =>
  watch(folder, { persistent: false }, changed);

/** A file that is written all the time is looked at all the same. */
const MAX_SETTLE_MS = 500;

/**
 * Notices that files may have changed. Their folders are watched, not they: editors and Kubernetes put another file (or
 * symbolic link) in a file's place. Where the system tells nothing (network drives), a look at time and size each second does.
 */
export class FileWatch {
  private readonly watchers = new Map<string, FSWatcher>();
  private files: readonly string[] = [];
  private folders: ReadonlySet<string> = new Set();
  private seen = '';
  private settling: { readonly timer: NodeJS.Timeout; readonly since: number } | undefined;
  private poll: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly changed: () => void,
    private readonly options: FileWatchOptions = {},
  ) {}

  /** Watches these files in place of the former ones. */
  async watch(files: readonly string[]): Promise<void> {
    if (this.isClosed) return;
    this.poll ??= setInterval(() => void this.look(), this.options.pollMs ?? 1_000).unref();
    this.files = files;
    this.seen = await signatureOf(files);
    const targets = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
    this.folders = new Set([...files, ...targets].map((file) => dirname(file)));
    for (const [folder, watcher] of this.watchers) if (!this.folders.has(folder)) this.drop(folder, watcher);
    this.attach();
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.poll);
    clearTimeout(this.settling?.timer);
    this.folders = new Set();
    for (const [folder, watcher] of this.watchers) this.drop(folder, watcher);
  }

  private attach(): void {
    if (this.isClosed) return;
    for (const folder of this.folders) if (!this.watchers.has(folder)) this.attachTo(folder);
  }

  private attachTo(folder: string): void {
    try {
      const watcher = (this.options.watchFolder ?? watchFolder)(folder, () => this.settle());
      watcher.on('error', () => this.drop(folder, watcher));
      this.watchers.set(folder, watcher);
    } catch {
      // No such folder now, or the system has no watches left: the poll goes on, and tries again.
    }
  }

  private drop(folder: string, watcher: FSWatcher): void {
    this.watchers.delete(folder);
    watcher.close();
  }

  private async look(): Promise<void> {
    this.attach();
    const now = await signatureOf(this.files);
    if (now === this.seen) return;
    this.seen = now;
    this.settle();
  }

  private settle(): void {
    if (this.isClosed) return;
    const now = Date.now();
    const since = this.settling?.since ?? now;
    clearTimeout(this.settling?.timer);
    const delay = Math.min(this.options.settleMs ?? 50, Math.max(0, since + MAX_SETTLE_MS - now));
    const tell = (): void => {
      this.settling = undefined;
      this.changed();
    };
    this.settling = { timer: setTimeout(tell, delay).unref(), since };
  }
}

/** Time, size and inode of what the paths lead to. */
async function signatureOf(files: readonly string[]): Promise<string> {
  const parts = files.map((file) =>
    stat(file).then(
      ({ mtimeMs, size, ino }) => `${String(mtimeMs)}:${String(size)}:${String(ino)}`,
      () => 'none',
    ),
  );
  return (await Promise.all(parts)).join(' ');
}
