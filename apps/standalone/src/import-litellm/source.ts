import { ForeignDatabase, quotedName } from '@tollgate/database';

/** A row as its JSON: times are texts, lists are arrays, and a column that this version of LiteLLM does not have is absent. */
export type Row = Readonly<Record<string, unknown>>;

const SMALL_PAGE = 500;
const LOG_PAGE = 1_000;
const LOGS = 'LiteLLM_SpendLogs';

/** Of a call, without what was said in it. */
const LOG_COLUMNS = [
  ...['request_id', 'call_type', 'api_key', 'spend', 'total_tokens', 'prompt_tokens', 'completion_tokens'],
  ...['startTime', 'endTime', 'completionStartTime', 'model', 'model_id', 'model_group', 'api_base', 'user'],
  ...['custom_llm_provider', 'metadata', 'request_tags', 'team_id', 'organization_id', 'end_user', 'status'],
];

/** LiteLLM's tables, of whatever version, as they were at one moment. */
export class LiteLlmSource {
  private constructor(
    private readonly database: ForeignDatabase,
    private readonly columns: ReadonlyMap<string, ReadonlySet<string>>,
    /** The same for the same database, by whatever address it is reached. */
    readonly identity: string,
  ) {}

  static async open(url: string): Promise<LiteLlmSource> {
    const database = await ForeignDatabase.open(url);
    try {
      const columns = await database.tables();
      if (!columns.has('LiteLLM_VerificationToken'))
        throw new Error(
          'There are no tables of LiteLLM in this database (in the schema that its URL names).',
        );
      const [where] = await database.query<{ identity: string }>(
        `select system_identifier || '/' || current_database() || '/' || current_schema() as identity
         from pg_control_system()`,
      );
      return new LiteLlmSource(database, columns, where?.identity ?? '');
    } catch (cause) {
      await database.close();
      throw cause;
    }
  }

  has(table: string): boolean {
    return this.columns.has(table);
  }

  /** The tables of LiteLLM that there are. */
  tables(): string[] {
    return [...this.columns.keys()].filter((table) => table.startsWith('LiteLLM_')).toSorted();
  }

  async count(table: string): Promise<number> {
    if (!this.has(table)) return 0;
    const [row] = await this.database.query<{ count: string }>(`select count(*) from ${quotedName(table)}`);
    return Number(row?.count ?? 0);
  }

  /** All rows in pages; none of a table that there is not. */
  async *pages(table: string): AsyncGenerator<Row[]> {
    if (!this.has(table)) return;
    const text = `select to_jsonb(source) as row from ${quotedName(table)} as source`;
    for await (const rows of this.database.pages<{ row: Row }>(text, { size: SMALL_PAGE }))
      yield rows.map(({ row }) => row);
  }

  /** All rows of a table that fits into memory. */
  async all(table: string): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const page of this.pages(table)) rows.push(...page);
    return rows;
  }

  async countLogs(since: number): Promise<number> {
    if (!this.has(LOGS)) return 0;
    const [row] = await this.database.query<{ count: string }>(
      `select count(*) from ${quotedName(LOGS)} where "startTime" >= to_timestamp($1)`,
      [since / 1000],
    );
    return Number(row?.count ?? 0);
  }

  /** Calls that began at a time (epoch ms) or later, in their order. */
  async *logs(since: number): AsyncGenerator<Row[]> {
    const present = this.columns.get(LOGS);
    if (present === undefined) return;
    const columns = LOG_COLUMNS.filter((column) => present.has(column)).map(quotedName);
    const text = `select to_jsonb(source) as row from (
      select ${columns.join(', ')} from ${quotedName(LOGS)}
      where "startTime" >= to_timestamp(${since / 1000}) order by "startTime"
    ) as source`;
    for await (const rows of this.database.pages<{ row: Row }>(text, { size: LOG_PAGE }))
      yield rows.map(({ row }) => row);
  }

  close(): Promise<void> {
    return this.database.close();
  }
}
