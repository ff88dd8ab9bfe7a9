import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
const CURSOR = 'tollgate_pages';

/**
 * A PostgreSQL database of another system, read and never written: everything within one transaction that PostgreSQL itself keeps
 * read-only, so all that is read is of one moment.
 */
export class ForeignDatabase {
  private constructor(private readonly client: pg.Client) {}

  /** `url` may be Prisma's: its `schema` is where tables are looked for. Rejects when the server cannot be reached. */
  static async open(url: string): Promise<ForeignDatabase> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'tollgate-import',
    });
    // Whoever reads next is told of a lost connection; without a listener the process would end.
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin transaction isolation level repeatable read read only');
    const schema = new URL(url).searchParams.get('schema') ?? 'public';
    for (const [name, value] of [
      ['search_path', JSON.stringify(schema)],
      ['TimeZone', 'UTC'],
      ['statement_timeout', '0'],
      ['idle_in_transaction_session_timeout', '0'],
    ])
      await client.query('select set_config($1, $2, true)', [name, value]);
    return new ForeignDatabase(client);
  }

  /** The tables of the schema and the columns of each. */
  async tables(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const rows = await this.query<{ name: string; columns: string[] }>(
      `select table_name::text as name, array_agg(column_name::text) as columns
       from information_schema.columns where table_schema = current_schema() group by table_name`,
    );
    return new Map(rows.map(({ name, columns }) => [name, new Set(columns)]));
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.client.query<Row>(text, [...values]);
    return rows;
  }

  /** Rows in pages; the next one is fetched when it is asked for. One at a time: other queries may come between pages. */
  async *pages<Row extends object>(
    text: string,
    { values = [], size }: { readonly values?: readonly unknown[]; readonly size: number },
  ): AsyncGenerator<Row[]> {
    await this.query(`declare ${CURSOR} no scroll cursor for ${text}`, values);
    for (;;) {
      const rows = await this.query<Row>(`fetch ${size} from ${CURSOR}`);
      if (rows.length > 0) yield rows;
      if (rows.length < size) break;
    }
    await this.query(`close ${CURSOR}`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

/** A name as SQL has it. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
