import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ManagedProcess, type ProcessOptions } from './managed-process.js';
import { nats, postgres, redis, type ServerKind } from './kinds.js';
import { freePort } from './ports.js';
import { programOf } from './programs.js';

/** A real server in a temporary folder and on a free port of 127.0.0.1. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** 0 while it does not run. */
  readonly pid: number;
  logs(): string;
  /** Stops it for good and removes its data. */
  stop(): Promise<void>;
  /** Ends it as a crash would; `restart` brings it back. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and data; a running server is stopped first. */
  restart(): Promise<void>;
}

const READY_MS = 30_000;
const ATTEMPTS = 3;

/** NATS with JetStream. */
export const startNats = (): Promise<TestServer> => startServer(nats);
/** Redis with an append-only file. */
export const startRedis = (): Promise<TestServer> => startServer(redis);
/** PostgreSQL: user and database `postgres`, no password. */
export const startPostgres = (): Promise<TestServer> => startServer(postgres);

async function startServer(kind: ServerKind): Promise<TestServer> {
  for (let attempt = 1; ; attempt++) {
    const directory = mkdtempSync(join(tmpdir(), `tollgate-${kind.name}-`));
    const server = new ServerInFolder(kind, directory, await freePort());
    try {
      await server.restart();
      return server;
    } catch (error) {
      await server.stop();
      // Somebody may have taken the port between our look and the server's bind.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

class ServerInFolder implements TestServer {
  private readonly process: ManagedProcess;
  private readonly container: string | undefined;
  private prepared = false;
  private readonly sweep = (): void => rmSync(this.directory, { recursive: true, force: true });

  constructor(
    private readonly kind: ServerKind,
    private readonly directory: string,
    readonly port: number,
  ) {
    const program = programOf(kind.program);
    this.container = program === undefined ? basename(directory) : undefined;
    this.process = new ManagedProcess(
      program === undefined ? containerOptions(kind, basename(directory), port) : this.options(program),
    );
    process.once('exit', this.sweep);
  }

  get url(): string {
    return this.kind.url(this.port);
  }

  get pid(): number {
    return this.process.pid;
  }

  logs(): string {
    return this.process.logs();
  }

  async restart(): Promise<void> {
    await this.process.stop();
    if (!this.prepared && this.container === undefined) this.kind.prepare(this.directory);
    this.prepared = true;
    this.process.start();
    const deadline = Date.now() + READY_MS;
    while (!(await this.kind.ready(this.port))) {
      if (!this.process.running) throw this.process.failure('ended before it was ready');
      if (Date.now() > deadline) throw this.process.failure(`not ready within ${String(READY_MS)} ms`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (!this.process.running) throw this.process.failure('its port belongs to another server');
  }

  async kill(): Promise<void> {
    // The engine's client cannot pass on a signal that it does not survive.
    if (this.container === undefined) return this.process.kill();
    engine(['kill', this.container]);
    await this.process.ended();
  }

  async stop(): Promise<void> {
    await this.process.stop();
    process.removeListener('exit', this.sweep);
    this.sweep();
    if (this.container !== undefined) engine(['volume', 'rm', '-f', this.container]);
  }

  private options(command: string): ProcessOptions {
    const { stopSignal, killSignal } = this.kind;
    const args = this.kind.args(this.port, this.directory);
    return {
      command,
      args,
      cwd: this.directory,
      folder: this.directory,
      stopSignal,
      killSignal,
      ...this.kind.user(),
    };
  }
}

/** The same server from its official image; its data is in a volume of the container's name. */
function containerOptions({ image }: ServerKind, name: string, port: number): ProcessOptions {
  const args = [
    ...['run', '--rm', '--name', name, '-v', `${name}:${image.data}`],
    ...['-p', `127.0.0.1:${String(port)}:${String(image.port)}`],
    ...image.env.flatMap((setting) => ['-e', setting]),
    ...[image.name, ...image.args],
  ];
  return { command: 'docker', args, stopSignal: 'SIGTERM', killSignal: 'SIGTERM' };
}

function engine(args: readonly string[]): void {
  try {
    execFileSync('docker', args, { stdio: 'pipe' });
  } catch {
    // A container that is gone already is what was wanted.
  }
}
