import type { Database } from '@tollgate/database';

interface Statement {
  readonly text: string;
  readonly values: unknown[] | undefined;
}

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/**
 * How many rows of each table a question looks at, by the plans of its statements as they ran. Months of the ledger count as one table.
 * In a test every table is small enough to be read from end to end, so that is made dear: what is left has no index that would do.
 */
export async function rowsRead(
  database: Database,
  ask: (watched: Database) => Promise<unknown>,
): Promise<Record<string, number>> {
  const statements: Statement[] = [];
  await ask(watching(database, statements));
  const read: Record<string, number> = {};
  for (const statement of statements)
    for (const { table, rows } of scansOf(await planOf(database, statement)))
      read[table] = (read[table] ?? 0) + rows;
  return read;
}

/** The same database, with a list of what it is asked. */
function watching({ dataSource, close }: Database, statements: Statement[]): Database {
  const query = (text: string, values?: unknown[]): Promise<unknown> => {
    statements.push({ text, values });
    return dataSource.query(text, values);
  };
  const client = {
    query: async ({ text, values }: Statement) => ({ rows: await query(text, values) }),
  };
  const createQueryRunner = () => ({
    connect: () => Promise.resolve(client),
    release: () => Promise.resolve(),
  });
  return { close, dataSource: Object.assign(Object.create(dataSource), { query, createQueryRunner }) };
}

function planOf({ dataSource }: Database, { text, values }: Statement): Promise<PlanNode> {
  return dataSource.transaction(async (manager) => {
    await manager.query('set local enable_seqscan = off');
    const [row] = await manager.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
      `explain (analyze, format json) ${text}`,
      values,
    );
    if (row === undefined) throw new Error('no plan');
    return row['QUERY PLAN'][0].Plan;
  });
}

function scansOf(node: PlanNode): { table: string; rows: number }[] {
  const table = node['Relation Name']?.replace(/^ledger_entry_.*/, 'ledger_entry');
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const own = { table: table ?? '', rows: (node['Actual Rows'] + removed) * node['Actual Loops'] };
  const below = (node.Plans ?? []).flatMap(scansOf);
  return table === undefined || own.rows === 0 ? below : [own, ...below];
}
