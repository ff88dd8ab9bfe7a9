import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { programOf } from './programs.js';
import { answers } from './ports.js';

/** What one kind of server needs to run in a folder and on a port of its own. */
export interface ServerKind {
  readonly name: string;
  readonly program: string;
  readonly stopSignal: NodeJS.Signals;
  readonly killSignal: NodeJS.Signals;
  /** Of the official image, for machines with a container engine only. */
  readonly image: {
    readonly name: string;
    readonly port: number;
    readonly data: string;
    readonly env: readonly string[];
    readonly args: readonly string[];
  };
  prepare(directory: string): void;
  args(port: number, directory: string): string[];
  /** The user that the program must run as; undefined: as we do. */
  user(): { readonly uid: number; readonly gid: number } | undefined;
  url(port: number): string;
  ready(port: number): Promise<boolean>;
}

const asWeAre = { prepare: () => undefined, user: () => undefined };

export const nats: ServerKind = {
  ...asWeAre,
  name: 'nats',
  program: 'nats-server',
  stopSignal: 'SIGTERM',
  killSignal: 'SIGKILL',
  image: { name: 'nats:2', port: 4222, data: '/data', env: [], args: ['-js', '-sd', '/data'] },
  args: (port, directory) => [
    '-a',
    '127.0.0.1',
    '-p',
    String(port),
    '-js',
    '-sd',
    join(directory, 'jetstream'),
  ],
  url: (port) => `nats://127.0.0.1:${String(port)}`,
  ready: (port) => answers(port, Buffer.alloc(0), (answer) => answer.includes('INFO')),
};

const redisArgs = ['--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];

export const redis: ServerKind = {
  ...asWeAre,
  name: 'redis',
  program: 'redis-server',
  stopSignal: 'SIGTERM',
  killSignal: 'SIGKILL',
  image: { name: 'redis:7', port: 6379, data: '/data', env: [], args: ['redis-server', ...redisArgs] },
  args: (port, directory) => [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    directory,
    ...redisArgs,
  ],
  url: (port) => `redis://127.0.0.1:${String(port)}`,
  ready: (port) => answers(port, Buffer.from('PING\r\n'), (answer) => answer.includes('PONG')),
};

// Written WAL survives a killed process without fsync; only a machine that loses power would lose it.
const postgresSettings = ['fsync=off', 'full_page_writes=off'].flatMap((setting) => ['-c', setting]);

export const postgres: ServerKind = {
  name: 'postgres',
  program: 'postgres',
  stopSignal: 'SIGINT',
  // An immediate shutdown is a crash with recovery. -9 would leave back ends that keep the folder locked for a while.
  killSignal: 'SIGQUIT',
  image: {
    name: 'postgres:15',
    port: 5432,
    data: '/var/lib/postgresql/data',
    env: ['POSTGRES_HOST_AUTH_METHOD=trust'],
    args: ['postgres', ...postgresSettings],
  },
  prepare(directory) {
    const user = this.user();
    if (user !== undefined) chownSync(directory, user.uid, user.gid);
    const data = join(directory, 'data');
    mkdirSync(data, { mode: 0o700 });
    if (user !== undefined) chownSync(data, user.uid, user.gid);
    const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(programOf('initdb') ?? 'initdb', args, { cwd: directory, stdio: 'pipe', ...user });
  },
  args: (port, directory) => [
    ...['-D', join(directory, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', directory],
    ...postgresSettings,
  ],
  user() {
    if (process.getuid?.() !== 0) return undefined;
    return userNamed('postgres') ?? userNamed('nobody');
  },
  url: (port) => `postgres://postgres@127.0.0.1:${String(port)}/postgres`,
  // 'R': authentication is fine. A server that is still recovering answers 'E'.
  ready: (port) => answers(port, postgresStartup(), (answer) => answer[0] === 'R'.charCodeAt(0)),
};

/** PostgreSQL refuses to run as root. */
function userNamed(name: string): { uid: number; gid: number } | undefined {
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** StartupMessage of protocol 3.0: length, version, name and value pairs. */
function postgresStartup(): Buffer {
  const pairs = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + pairs.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, pairs]);
}
