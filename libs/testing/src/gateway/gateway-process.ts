import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManagedProcess } from '../servers/managed-process.js';
import { ROOT } from './build.js';

const READY_MS = 60_000;

/** As `npm start` and the compose file have them. */
const NODE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  standalone: ['--max-semi-space-size=32'],
  ingress: ['--max-semi-space-size=8'],
  worker: ['--max-semi-space-size=4'],
  billing: ['--max-semi-space-size=4'],
};

/** One of Tollgate's real processes. */
export class GatewayProcess {
  private process: ManagedProcess | undefined;
  private earlierLogs = '';
  private knownPort = 0;

  constructor(
    /** The folder under apps/. */
    readonly name: string,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  /** 0 while it does not run. */
  get pid(): number {
    return this.process?.pid ?? 0;
  }

  get port(): number {
    return this.knownPort;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.knownPort)}`;
  }

  /** Of the last run; null while it runs or when a signal ended it. */
  get exitCode(): number | null {
    return this.process?.exitCode ?? null;
  }

  /** stdout and stderr of all runs. */
  logs(): string {
    return this.earlierLogs + (this.process?.logs() ?? '');
  }

  /** Starts it and waits until it is ready. A second start gets the port of the first. */
  async start(): Promise<void> {
    this.earlierLogs = this.logs();
    this.process = new ManagedProcess({
      command: process.execPath,
      args: [...(NODE_OPTIONS[this.name] ?? []), join(ROOT, 'dist', `${this.name}.js`)],
      cwd: ROOT,
      env: { ...this.environment, PORT: String(this.knownPort) },
      stopSignal: 'SIGTERM',
      killSignal: 'SIGKILL',
    });
    this.process.start();
    const { process: started } = this;
    this.knownPort = await started.until('its port', () => listeningPort(started.logs()), READY_MS);
    await this.ready();
  }

  /** Resolves when `/health/readiness` says yes. */
  async ready(timeoutMs = READY_MS): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const status = await fetch(`${this.url}/health/readiness`, { signal: AbortSignal.timeout(5000) }).then(
        async (response) => `${String(response.status)} ${await response.text()}`,
        String,
      );
      if (status.startsWith('200')) return;
      if (this.pid === 0) throw this.failure('ended before it was ready');
      if (Date.now() > deadline) throw this.failure(`not ready within ${String(timeoutMs)} ms: ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Sends a signal, -9 unless told otherwise, and resolves when the process has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.process?.kill(signal);
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.process?.signal(signal);
  }

  /** Stops it in good order, if it runs. */
  async stop(): Promise<void> {
    await this.process?.stop();
  }

  /** Stops it in good order, if it runs, and starts it again on its port. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Resident memory in bytes, 0 while it does not run. */
  rss(): number {
    return this.pid === 0 ? 0 : rssOf(this.pid);
  }

  private failure(text: string): Error {
    return this.process?.failure(text) ?? new Error(text);
  }
}

/** Resident memory of any process in bytes. */
export function rssOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    // No /proc on this system.
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) * 1024;
  }
}

function listeningPort(logs: string): number | undefined {
  const line = logs.split('\n').find((text) => text.includes('"app.listening"') && text.endsWith('}'));
  return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
}
