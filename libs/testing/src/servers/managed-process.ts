import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How to start a process that a test owns. */
export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the process. Absent: that of the test. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly gid?: number;
  /** The process's own folder, removed if the test process dies before it can do so itself. */
  readonly folder?: string;
  /** Asks for an orderly stop. */
  readonly stopSignal: NodeJS.Signals;
  /** Ends the process at once, as a crash would. */
  readonly killSignal: NodeJS.Signals;
}

const MAX_LOG_CHARACTERS = 2_000_000;
const STOP_MS = 30_000;

/** A process that ends with the test process at the latest, also when that is killed with -9. */
export class ManagedProcess {
  private child: ChildProcess | undefined;
  private output = '';
  private readonly watchers = new Set<() => void>();

  constructor(private readonly options: ProcessOptions) {}

  /** The process id; 0 while it does not run. */
  get pid(): number {
    return this.running ? (this.child?.pid ?? 0) : 0;
  }

  get running(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  /** Of the last run, null while it runs or when a signal ended it. */
  get exitCode(): number | null {
    return this.child?.exitCode ?? null;
  }

  /** Everything written to stdout and stderr, over all runs. */
  logs(): string {
    return this.output;
  }

  start(): void {
    if (this.running) throw new Error(`${this.options.command} runs already`);
    const { command, args, killSignal, cwd, env, uid, gid } = this.options;
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.append(text));
    }
    child.on('error', (error) => this.append(`${error.message}\n`));
    const release = guard(child.pid, killSignal, this.options.folder);
    child.once('exit', () => {
      release();
      this.append('');
    });
  }

  /** Waits until `test` finds something in the output or state; fails when the process ends or time is up. */
  async until<T>(what: string, test: () => T | undefined, timeoutMs: number): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = test();
      if (found !== undefined) return found;
      if (!this.running) throw this.failure(`ended before ${what}`);
      if (Date.now() > deadline) throw this.failure(`no ${what} within ${String(timeoutMs)} ms`);
      await this.change(50);
    }
  }

  failure(text: string): Error {
    return new Error(
      `${this.options.command} ${this.options.args.join(' ')}: ${text}\n${this.output.slice(-4000)}`,
    );
  }

  /** Sends a signal without waiting for its effect. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Ends the process at once and resolves when it is gone. */
  async kill(signal: NodeJS.Signals = this.options.killSignal): Promise<void> {
    this.signal(signal);
    await this.ended();
  }

  /** Asks the process to stop, and insists after half a minute. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.signal(this.options.stopSignal);
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    await this.ended();
    clearTimeout(timer);
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    const { child } = this;
    if (child !== undefined && this.running) await once(child, 'exit');
  }

  private append(text: string): void {
    this.output = (this.output + text).slice(-MAX_LOG_CHARACTERS);
    for (const wake of this.watchers) wake();
  }

  private change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.watchers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.watchers.add(wake);
    });
  }
}

/** A shell that waits on a pipe from this process: the pipe closes however this process ends. */
function guard(pid: number | undefined, signal: NodeJS.Signals, folder = ''): () => void {
  if (pid === undefined) return () => undefined;
  const kill = 'kill -s "$0" "$1" 2>/dev/null; sleep 2; kill -s KILL "$1" 2>/dev/null';
  const script = `cat >/dev/null; ${kill}; [ -z "$2" ] || rm -rf -- "$2"`;
  const watcher = spawn('sh', ['-c', script, signal.slice(3), String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  return () => {
    watcher.kill('SIGKILL');
    watcher.stdin.destroy();
  };
}
