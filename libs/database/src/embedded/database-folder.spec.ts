import { existsSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, realpath, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jest } from '@jest/globals';
import { makeDatabaseFolder } from './database-folder.js';

async function create(folder: string): Promise<void> {
  await mkdir(join(folder, 'base', '1'), { recursive: true });
  for (const name of ['PG_VERSION', 'base/1/1234', 'base/1/5678']) await writeFile(join(folder, name), name);
}

describe('the folder of the embedded database', () => {
  let dataDirectory: string;

  beforeEach(async () => {
    dataDirectory = await realpath(await mkdtemp(join(tmpdir(), 'tollgate-folder-')));
  });
  afterEach(() => rm(dataDirectory, { recursive: true }));

  it('is on the disk whole before it has its name, and so is its name', async () => {
    const folder = join(dataDirectory, 'database');
    const synced: { path: string; named: boolean }[] = [];
    const handle = await open(dataDirectory);
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const spy = jest.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
      synced.push({ path: readlinkSync(`/proc/self/fd/${this.fd}`), named: existsSync(folder) });
    });
    await makeDatabaseFolder(dataDirectory, create);
    spy.mockRestore();
    const before = synced.filter(({ named }) => !named).map(({ path }) => path);
    const made = `${folder}.new-${process.pid}`;
    expect(before.sort()).toEqual(
      ['', '/PG_VERSION', '/base', '/base/1', '/base/1/1234', '/base/1/5678'].map((path) => made + path),
    );
    const after = synced.filter(({ named }) => named).map(({ path }) => path);
    expect(after).toEqual([dataDirectory, dirname(dataDirectory)]);
  });

  it('is not there when making it fails, and made from the start the next time', async () => {
    const failing = async (folder: string): Promise<void> => {
      await create(folder);
      throw new Error('killed');
    };
    await expect(makeDatabaseFolder(dataDirectory, failing)).rejects.toThrow('killed');
    expect(existsSync(join(dataDirectory, 'database'))).toBe(false);
    const made = await makeDatabaseFolder(dataDirectory, create);
    expect(await readdir(dataDirectory)).toEqual(['database']);
    expect(await makeDatabaseFolder(dataDirectory, failing)).toBe(made);
  });
});
