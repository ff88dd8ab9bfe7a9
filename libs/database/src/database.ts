import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@tollgate/observability';
import pg from 'pg';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { BoundedClient } from './bounded-client.js';
import { isDatabaseAway } from './database-errors.js';
import { migrate } from './migrate.js';
import { queryLogger } from './query-logger.js';

const logger = createLogger('database');

/** Where the data is: a PostgreSQL server, or PGlite in a folder of this machine. */
export type DatabaseTarget = { readonly url: string } | { readonly dataDirectory: string };

export interface DatabaseSchema {
  readonly entities: readonly (new () => object)[];
  readonly migrations: readonly (new () => MigrationInterface)[];
}

export interface Database {
  readonly dataSource: DataSource;
  /** Ends the connections, and PGlite with them. Idempotent. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** How long to wait for a server that is not up yet. Default 60 s. */
  readonly startTimeoutMs?: number;
  /** After this a query fails, whatever the server does. Default 20 s; the server itself gives up 5 s earlier. */
  readonly queryTimeoutMs?: number;
}

interface Connection {
  readonly options: Partial<DataSourceOptions> & { readonly poolSize: number };
  close(): Promise<void>;
}

/**
 * Connects, migrates, and returns a pool that survives the server's absence: queries fail within seconds
 * (`isDatabaseAway`), and work again when the server does.
 */
export async function openDatabase(
  target: DatabaseTarget,
  schema: DatabaseSchema,
  { startTimeoutMs = 60_000, queryTimeoutMs = 20_000 }: DatabaseOptions = {},
): Promise<Database> {
  const connection = await connect(target);
  try {
    const base = withExtra({ ...commonOptions(schema), ...connection.options } as DataSourceOptions, {
      keepAlive: true,
    });
    await untilUp(() => migrate({ ...base, entities: [], poolSize: 1 } as DataSourceOptions), startTimeoutMs);
    const dataSource = await new DataSource(withTimeouts(base, queryTimeoutMs)).initialize();
    return { dataSource, close: () => closeAll(dataSource, connection) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function closeAll(dataSource: DataSource, connection: Connection): Promise<void> {
  if (dataSource.isInitialized) await dataSource.destroy();
  await connection.close();
}

async function connect(target: DatabaseTarget): Promise<Connection> {
  if ('url' in target)
    return {
      options: { url: target.url, poolSize: 10 } as Connection['options'],
      close: () => Promise.resolve(),
    };
  // A process that has a server never loads PGlite.
  const { takeEmbedded } = await import('./embedded/prepared.js');
  const server = await takeEmbedded(target.dataDirectory);
  const address = { host: server.socketDirectory, username: 'postgres', database: 'postgres' };
  const extra = {
    idleTimeoutMillis: 0,
    // What a former connection left (prepared statements, settings) is still there: it is all one session.
    onConnect: (client: pg.ClientBase) => client.query('discard all'),
  };
  // NOTE Being one session, PGlite would mix a second connection's statements with the first one's.
  const options = { ...address, extra, poolSize: 1 } as Connection['options'];
  return { options, close: () => server.close() };
}

function commonOptions({ entities, migrations }: DatabaseSchema): object {
  return {
    type: 'postgres',
    driver: pg,
    entities: [...entities],
    migrations: [...migrations],
    migrationsTableName: 'migration',
    applicationName: 'tollgate',
    installExtensions: false,
    logger: queryLogger,
    connectTimeoutMS: 5_000,
    poolErrorHandler: (error: Error) => {
      logger.warn({ event: 'database.connection_lost', reason: error.message }, 'database connection lost');
    },
  };
}

const withExtra = (options: DataSourceOptions, extra: object): DataSourceOptions => ({
  ...options,
  extra: { ...(options.extra as object | undefined), ...extra },
});

function withTimeouts(options: DataSourceOptions, queryTimeoutMs: number): DataSourceOptions {
  return withExtra(options, {
    Client: BoundedClient,
    query_timeout: queryTimeoutMs,
    statement_timeout: Math.max(queryTimeoutMs - 5_000, Math.ceil(queryTimeoutMs / 2)),
    idle_in_transaction_session_timeout: 30_000,
  });
}

async function untilUp(work: () => Promise<void>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isDatabaseAway(error) || Date.now() >= deadline) throw error;
      logger.warn({ event: 'database.away', reason: (error as Error).message }, 'waiting for the database');
      await delay(500);
    }
  }
}
