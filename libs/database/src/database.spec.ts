import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describeWithServers, startPostgres, type TestServer } from '@tollgate/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { guardDatabase, isDatabaseAway, violatedConstraint } from './database-errors.js';
import { openDatabase } from './database.js';

class CreateThings1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table thing (id text primary key)');
    // Long enough for another replica to come by.
    await runner.query('select pg_sleep(0.2)');
    await runner.query(`insert into thing values ('made by the migration')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table thing');
  }
}

class Broken1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table half (id text)');
    await runner.query('nonsense');
  }

  async down(): Promise<void> {
    await Promise.reject(new Error('never applied'));
  }
}

const SCHEMA = { entities: [], migrations: [CreateThings1790000000000] };

/** Passes bytes to a server until it is told to stop, as a network does that has lost its way. */
async function startProxy(
  port: number,
): Promise<{ url: string; freeze(frozen: boolean): void; close(): void }> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (!isFrozen) from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`,
    freeze: (frozen) => {
      isFrozen = frozen;
      for (const socket of sockets) socket.unpipe();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describeWithServers('openDatabase on PostgreSQL', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('migrates once, however many replicas start at once', async () => {
    const replicas = await Promise.all([1, 2, 3].map(() => openDatabase({ url: server.url }, SCHEMA)));
    const again = await openDatabase({ url: server.url }, SCHEMA);
    expect(await again.dataSource.query('select * from thing')).toHaveLength(1);
    for (const replica of [...replicas, again]) await replica.close();
  });

  it('leaves nothing behind of a migration that failed', async () => {
    const opening = openDatabase(
      { url: server.url },
      { entities: [], migrations: [CreateThings1790000000000, Broken1790000000001] },
    );
    await expect(opening).rejects.toThrow('nonsense');
    const database = await openDatabase({ url: server.url }, SCHEMA);
    expect(await database.dataSource.query(`select to_regclass('half') as half`)).toEqual([{ half: null }]);
    await database.close();
  });

  it('fails fast while the server is away, and recovers when it is back', async () => {
    const database = await openDatabase({ url: server.url }, SCHEMA);
    const inTransaction = database.dataSource.transaction(async (manager) => {
      await manager.query('select 1');
      await server.kill();
      await manager.query('select 1');
    });
    expect(isDatabaseAway(await inTransaction.catch((error: unknown) => error))).toBe(true);
    const started = Date.now();
    await expect(guardDatabase(() => database.dataSource.query('select 1'))).rejects.toMatchObject({
      code: 'service_unavailable',
      options: { retryAfterMs: expect.any(Number) as number },
    });
    expect(Date.now() - started).toBeLessThan(2_000);
    await server.restart();
    expect(await database.dataSource.query('select 1 as one')).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('waits at start for a server that is not up yet', async () => {
    await server.kill();
    const opening = openDatabase({ url: server.url }, SCHEMA);
    await server.restart();
    await (await opening).close();
  });

  it('gives up at start when the server stays away', async () => {
    const opening = openDatabase({ url: 'postgres://postgres@127.0.0.1:1/none' }, SCHEMA, {
      startTimeoutMs: 1,
    });
    expect(isDatabaseAway(await opening.catch((error: unknown) => error))).toBe(true);
  });

  it('bounds a query whose answer is lost, and does not use its connection again', async () => {
    const proxy = await startProxy(server.port);
    const database = await openDatabase({ url: proxy.url }, SCHEMA, { queryTimeoutMs: 300 });
    await database.dataSource.query('select 1');
    proxy.freeze(true);
    const lost = await database.dataSource.query('select 1').catch((error: unknown) => error);
    expect(lost).toMatchObject({ message: 'Query read timeout' });
    proxy.freeze(false);
    expect(await database.dataSource.query('select 2 as two')).toEqual([{ two: 2 }]);
    await database.close();
    proxy.close();
  });

  it('has the server end a statement that takes too long', async () => {
    const database = await openDatabase({ url: server.url }, SCHEMA, { queryTimeoutMs: 400 });
    const slow = await database.dataSource.query('select pg_sleep(5)').catch((error: unknown) => error);
    expect(slow).toMatchObject({ code: '57014' });
    expect(isDatabaseAway(slow)).toBe(true);
    await database.close();
  });

  it('names the constraint that an insert violates, and does not take it for an absent server', async () => {
    const database = await openDatabase({ url: server.url }, SCHEMA);
    const error: unknown = await database.dataSource
      .query(`insert into thing values ('made by the migration')`)
      .catch((cause: unknown) => cause);
    expect(violatedConstraint(error)).toBe('thing_pkey');
    await expect(guardDatabase(() => Promise.reject(error as Error))).rejects.toBe(error);
    await database.close();
  });
});
