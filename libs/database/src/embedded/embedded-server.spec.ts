import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openDatabase } from '../database.js';

const SCHEMA = { entities: [], migrations: [] };
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Commits numbers, and says each once it is committed: built code, for threads do not run from source. */
const WRITER = `
  const { openDatabase } = await import(process.argv[1]);
  const { dataSource } = await openDatabase({ dataDirectory: process.argv[2] }, { entities: [], migrations: [] });
  await dataSource.query('create table if not exists number (value int primary key)');
  for (let value = 1; ; value++) {
    await dataSource.query('insert into number values ($1)', [value]);
    console.log(value);
  }`;

function startWriter(dataDirectory: string): ChildProcess {
  const library = pathToFileURL(join(ROOT, 'libs/database/dist/index.js')).href;
  const parameters = ['--input-type=module', '-e', WRITER, library, dataDirectory];
  return spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills the writer once it has committed so many; returns the last number that it said. */
async function killAfter(writer: ChildProcess, commits: number): Promise<number> {
  let last = 0;
  if (writer.stdout === null) throw new Error('no output');
  for await (const line of createInterface(writer.stdout)) {
    last = Number(line);
    if (last >= commits) writer.kill('SIGKILL');
  }
  return last;
}

describe('the embedded database', () => {
  let directory: string;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, 'deploy/build.mjs')], { stdio: 'ignore' });
    directory = await mkdtemp(join(tmpdir(), 'tollgate-embedded-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('keeps what was committed when its process is killed, and starts again on what is there', async () => {
    const dataDirectory = join(directory, 'killed');
    await mkdir(dataDirectory);
    // The remains of a first start that was killed, which must not be taken for a database.
    await mkdir(join(dataDirectory, 'database.new-1'));
    const last = await killAfter(startWriter(dataDirectory), 50);
    expect(await readdir(dataDirectory)).toEqual(['database', 'socket']);

    const database = await openDatabase({ dataDirectory }, SCHEMA);
    const [{ count, highest }] = await database.dataSource.query<[{ count: number; highest: number }]>(
      'select count(*)::int as count, max(value) as highest from number',
    );
    expect(highest).toBeGreaterThanOrEqual(last);
    expect(count).toBe(highest);
    await database.close();
  }, 120_000);

  it('is one process alone, on a socket that no other user can reach', async () => {
    const dataDirectory = join(directory, 'killed');
    const database = await openDatabase({ dataDirectory }, SCHEMA);
    await expect(openDatabase({ dataDirectory }, SCHEMA)).rejects.toThrow('is in use by another process');
    expect((await stat(join(dataDirectory, 'socket'))).mode & 0o777).toBe(0o700);
    await database.close();
    await database.close();
    await (await openDatabase({ dataDirectory }, SCHEMA)).close();
  }, 60_000);

  it('serves concurrent queries and transactions, one after the other', async () => {
    const database = await openDatabase({ dataDirectory: join(directory, 'killed') }, SCHEMA);
    await database.dataSource.query('create table counter as select 0 as value');
    const add = (): Promise<unknown> =>
      database.dataSource.transaction(async (manager) => {
        const [{ value }] = await manager.query<[{ value: number }]>('select value from counter');
        await manager.query('update counter set value = $1', [value + 1]);
      });
    await Promise.all(Array.from({ length: 40 }, add));
    expect(await database.dataSource.query('select value from counter')).toEqual([{ value: 40 }]);
    await database.close();
  }, 60_000);

  it('has a path too long for a socket', async () => {
    const writer = startWriter(join(directory, 'long'.repeat(30)));
    expect(await killAfter(writer, 1)).toBeGreaterThanOrEqual(1);
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  }, 120_000);
});
