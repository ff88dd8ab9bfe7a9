import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type Gateway } from '@tollgate/testing';
import { eventually } from './_seed.js';

const MAIN = 'dist/standalone.js';

/** Asked by a signal, a process tells which files of code it has loaded. */
const TELLS_SCRIPTS = `import { Session } from 'node:inspector';
process.on('SIGUSR2', () => {
  const session = new Session();
  const scripts = [];
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => scripts.push(params.url));
  session.post('Debugger.enable', () => console.log('has ' + scripts.join(' ') + ' end'));
});`;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a gateway that is expected to end by itself. */
async function run(...parameters: string[]): Promise<Ended> {
  const process = spawn(globalThis.process.execPath, [MAIN, ...parameters]);
  const code = new Promise<number | null>((resolve) => process.once('exit', resolve));
  const [stdout, stderr] = await Promise.all([text(process.stdout), text(process.stderr)]);
  return { code: await code, stdout, stderr };
}

describe('the start of a gateway', () => {
  let folder: string;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-start-'));
    mkdirSync(join(folder, 'first'));
    gateway = await startGateway({
      mode: 'embedded',
      env: {
        TOLLGATE_DATA: join(folder, 'first'),
        LITELLM_MASTER_KEY: '',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELLS_SCRIPTS)}`,
      },
    });
  }, 60_000);
  afterAll(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true });
  });

  it('complains of nothing, and shows a call that works when it is pasted', async () => {
    const logs = gateway.processes.standalone.logs();
    expect(logs).not.toMatch(/"level":"(warn|error)"/);
    // A first start copies the database that the build has made, and the copy is its owner's alone.
    expect(logs).not.toContain('database.creating');
    for (const [file, mode] of [
      ['', 0o700] as const,
      ['base', 0o700] as const,
      ['PG_VERSION', 0o600] as const,
    ])
      expect(statSync(join(folder, 'first/database', file)).mode & 0o777).toBe(mode);
    const command = /^ {2}(curl [^]+?\n.+\n.+)$/m.exec(logs)?.[1] ?? '';
    const shell = spawn('sh', ['-c', `${command} --silent --fail`]);
    expect(JSON.parse(await text(shell.stdout))).toMatchObject({ object: 'chat.completion' });
  });

  it('loads no library that it has no use for', async () => {
    const { standalone } = gateway.processes;
    process.kill(standalone.pid, 'SIGUSR2');
    const scripts = await eventually(
      () => Promise.resolve(/^has (.*) end$/m.exec(standalone.logs())?.[1]?.split(' ')),
      (found) => found !== undefined,
    );
    // The bundler marks where each module begins.
    const modules = scripts
      ?.filter((url) => url.startsWith('file:'))
      .flatMap((url) => [
        url,
        ...(readFileSync(new URL(url), 'utf8').match(/^\/\/(?:#region)? \S+$/gm) ?? []),
      ]);
    const libraries = new Set(modules?.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]));
    expect(libraries).toContain('fastify');
    for (const library of [
      'ioredis',
      'bullmq',
      '@nats-io/nats-core',
      'nodemailer',
      'google-auth-library',
      '@smithy/core',
      'ajv',
    ])
      expect(libraries).not.toContain(library);
  });

  it.each([
    [
      'its port is taken',
      () => ['--port', String(gateway.processes.standalone.port), '--data', join(folder, 'second')],
      /^Port \d+ of 127\.0\.0\.1 is taken by another process: stop that one, or choose another port with --port\.\n$/,
    ],
    [
      'its data folder is locked',
      () => ['--port', '0', '--data', join(folder, 'first')],
      /^Tollgate cannot start: the data folder \S+\/first is in use by another process: stop that one, .*\n$/,
    ],
    [
      'its config file is not there',
      () => ['--config', join(folder, 'none.yaml'), '--data', join(folder, 'third')],
      /^The config file \S+\/none\.yaml cannot be read: there is no such file\.\n$/,
    ],
  ])(
    'says in one sentence that %s',
    async (_case, parameters, sentence) => {
      const { code, stdout, stderr } = await run(...parameters());
      expect(stderr).toMatch(sentence);
      expect(stdout).not.toMatch(/"level":"(warn|error)"/);
      expect(code).toBe(1);
    },
    60_000,
  );

  it('makes no database before it knows that its port is free', async () => {
    const data = join(folder, 'fourth');
    await run('--port', String(gateway.processes.standalone.port), '--data', data);
    const made = existsSync(data) ? readdirSync(data) : [];
    expect(made.filter((name) => name.startsWith('database'))).toEqual([]);
  }, 60_000);
});
