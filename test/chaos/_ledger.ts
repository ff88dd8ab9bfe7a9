import type { FaultLab } from '@tollgate/testing';
import { Client } from 'pg';

export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
}

export interface LedgerTokens extends Tokens {
  /** `unknown`: the worker was killed in the middle, the row holds the last that was known. */
  readonly status: string;
}

/** What the ledger holds, by attempt, read from Postgres itself. */
export async function ledgerTokens(databaseUrl: string): Promise<Map<string, LedgerTokens>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; status: string; prompt: string; completion: string }>(
      `select id, status, usage_input + usage_cache_read as prompt, usage_output + usage_reasoning as completion
       from ledger_entry`,
    );
    return new Map(
      rows.map(({ id, status, prompt, completion }) => [
        id,
        { status, prompt: Number(prompt), completion: Number(completion) },
      ]),
    );
  } finally {
    await client.end();
  }
}

/** What the provider served, by attempt: the independent witness. */
export const servedTokens = (lab: FaultLab): Map<string, Tokens> =>
  new Map(
    lab.calls().map((call) => [call.id, { prompt: call.promptTokens, completion: call.completionTokens }]),
  );

/**
 * Attempts on which the two disagree, as lines to read. Equal to the token, but for one case: what a provider had sent and a
 * killed worker never read is known to nobody. Such an attempt must still be there, marked unknown, with no more than was served.
 */
export function differences(served: Map<string, Tokens>, ledger: Map<string, LedgerTokens>): string[] {
  const lines: string[] = [];
  for (const [id, { prompt, completion }] of served) {
    const row = ledger.get(id);
    if (completion === 0 && (row === undefined || row.completion === 0)) continue;
    const agrees =
      row?.status === 'unknown'
        ? row.completion <= completion
        : row?.completion === completion && row.prompt === prompt;
    if (!agrees) lines.push(`${id}: served ${prompt}+${completion}, ledger ${JSON.stringify(row)}`);
  }
  return lines;
}

/** How many attempts of the ledger have an unknown end. */
export const unknowns = (ledger: Map<string, LedgerTokens>): number =>
  [...ledger.values()].filter((row) => row.status === 'unknown').length;
