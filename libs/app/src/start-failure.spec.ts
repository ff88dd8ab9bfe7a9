import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@tollgate/config';
import { ConfigFile } from './live/config-file.js';
import { startFailure } from './start-failure.js';

async function failureOf(work: () => unknown): Promise<ReturnType<typeof startFailure>> {
  try {
    await work();
  } catch (cause) {
    return startFailure(cause);
  }
  throw new Error('did not fail');
}

describe('startFailure', () => {
  it('names a port that is taken', async () => {
    const first = createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const { port } = first.address() as AddressInfo;
    const failure = await failureOf(() => once(createServer().listen(port, '127.0.0.1'), 'listening'));
    first.close();
    expect(failure).toEqual({
      message: `Port ${String(port)} of 127.0.0.1 is taken by another process: stop that one, or choose another port with --port.`,
      exitCode: 1,
    });
  });

  it('names a config file that cannot be read, and why', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tollgate-start-'));
    const missing = join(folder, 'none.yaml');
    const load = (path: string) => failureOf(() => new ConfigFile(path, {}).load({}));
    expect(await load(missing)).toEqual({
      message: `The config file ${missing} cannot be read: there is no such file.`,
      exitCode: 1,
    });
    expect((await load(folder))?.message).toContain('it is a folder');
    await rm(folder, { recursive: true });
  });

  it('tells every problem of the settings, with an exit code of their own', () => {
    const failure = startFailure(new ConfigError(['one', 'two']));
    expect(failure).toEqual({ message: '2 problems:\none\ntwo', exitCode: 2 });
  });

  it("tells any other error of the system by its message, be it one of a host's several addresses", () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
      ...{ code: 'ECONNREFUSED', syscall: 'connect' },
    });
    const message = 'Tollgate cannot start: connect ECONNREFUSED 127.0.0.1:5432';
    for (const cause of [refused, new AggregateError([refused])])
      expect(startFailure(cause)).toEqual({ message, exitCode: 1 });
  });

  it('leaves defects to their stack traces', () => {
    expect(startFailure(new TypeError('x is not a function'))).toBeNull();
    expect(startFailure('text')).toBeNull();
  });
});
