import type { FaultLab } from '@tollgate/testing';
import { Client } from 'pg';

export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
}

/** What the ledger holds, by attempt, read from Postgres itself. Attempts that were served nothing are left out. */
export async function ledgerTokens(databaseUrl: string): Promise<Map<string, Tokens>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; prompt: string; completion: string }>(
      `select id, usage_input + usage_cache_read as prompt, usage_output + usage_reasoning as completion
       from ledger_entry where status <> 'failed'`,
    );
    return new Map(
      rows
        .map(({ id, prompt, completion }): [string, Tokens] => [
          id,
          { prompt: Number(prompt), completion: Number(completion) },
        ])
        .filter(([, tokens]) => tokens.completion > 0),
    );
  } finally {
    await client.end();
  }
}

/** What the provider served, by attempt: the independent witness. */
export const servedTokens = (lab: FaultLab): Map<string, Tokens> =>
  new Map(
    lab
      .calls()
      .filter((call) => call.completionTokens > 0)
      .map((call) => [call.id, { prompt: call.promptTokens, completion: call.completionTokens }]),
  );

/** Attempts on which the two disagree, as lines to read. */
export function differences(served: Map<string, Tokens>, ledger: Map<string, Tokens>): string[] {
  const text = (tokens: Tokens | undefined): string =>
    tokens === undefined ? 'nothing' : `${tokens.prompt}+${tokens.completion}`;
  return [...new Set([...served.keys(), ...ledger.keys()])]
    .filter((id) => text(served.get(id)) !== text(ledger.get(id)))
    .map((id) => `${id}: served ${text(served.get(id))}, ledger ${text(ledger.get(id))}`);
}
