import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';

/** One name, one text: a connection refuses another text under a name that it knows. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a statement that each connection parses once. For large statements that come often: parsing and planning the
 * ledger's takes longer than writing a few rows.
 */
export async function queryPrepared<Row>(
  dataSource: DataSource,
  { name, text }: PreparedStatement,
  values: unknown[],
): Promise<Row[]> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    const { rows } = await client.query({ name, text, values });
    return rows as Row[];
  } finally {
    await runner.release();
  }
}
