import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment, type Environment } from '@tollgate/config';
import type { Service } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { ownSecret } from './own-secret.js';
import { loadSettings, type Settings } from './settings.js';

setLogLevel('silent');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-secret-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('ownSecret', () => {
  it('is made once and readable by its owner alone', async () => {
    const secret = await ownSecret(folder, 'salt-key', 'x-');
    expect(secret).toEqual({
      text: expect.stringMatching(/^x-[\w-]{32}$/) as string,
      file: join(folder, 'salt-key'),
      isNew: true,
    });
    expect(await ownSecret(folder, 'salt-key', 'x-')).toEqual({ ...secret, isNew: false });
    expect((await stat(join(folder, 'salt-key'))).mode & 0o777).toBe(0o600);
  });

  it('is not replaced when it cannot be read: what it sealed would be lost', async () => {
    await expect(ownSecret(join(folder, 'file'), 'salt-key', '')).rejects.toThrow('ENOENT');
    await writeFile(join(folder, 'file'), '');
    await expect(ownSecret(join(folder, 'file'), 'salt-key', '')).rejects.toThrow('ENOTDIR');
  });
});

describe('the vault of a process', () => {
  const PLACE = { model: 'm', field: 'api_key' };
  const distributed = {
    NATS_URL: 'nats://bus',
    REDIS_URL: 'redis://state',
    LITELLM_MASTER_KEY: `sk-${'x'.repeat(20)}`,
  };

  const environmentOf = (variables: Record<string, string>): Environment =>
    readEnvironment({ TOLLGATE_DATA: folder, ...variables }, []);
  const load = (variables: Record<string, string>, ...services: Service[]): Promise<Settings> =>
    loadSettings(environmentOf(variables), services);

  it('is of the salt key that is given', async () => {
    const [ingress, worker] = await Promise.all([
      load({ ...distributed, TOLLGATE_SALT_KEY: 'salt' }, 'ingress'),
      load({ ...distributed, LITELLM_SALT_KEY: 'salt' }, 'worker'),
    ]);
    expect(worker.vault!.unseal(ingress.vault!.seal('secret', PLACE), PLACE)).toBe('secret');
  });

  it('is of a salt key of its own where the gateway is one process', async () => {
    const all: Service[] = ['ingress', 'router', 'worker', 'billing'];
    const sealed = (await load({}, ...all)).vault!.seal('secret', PLACE);
    expect((await load({}, ...all)).vault!.unseal(sealed, PLACE)).toBe('secret');
  });

  it('is none in several processes without a salt key, and in those that have no use for it', async () => {
    expect((await load(distributed, 'ingress')).vault).toBeNull();
    expect((await load({ ...distributed, TOLLGATE_SALT_KEY: 'salt' }, 'router')).vault).toBeNull();
    expect((await load({ ...distributed, TOLLGATE_SALT_KEY: 'salt' }, 'billing')).vault).toBeNull();
  });
});
