import type { FaultLab } from '@tollgate/testing';
import { Client } from 'pg';
import { MASTER_KEY, json } from '../e2e/_seed.js';
import { NANOS_OF_TOKEN } from './_budgets-load.js';

const ADMIN = { ...json, authorization: `Bearer ${MASTER_KEY}` };
const DAY_MS = 86_400_000;

const nanos = (dollars: number): number => Math.round(dollars * 1e9);

/** A budget that binds a key, in nano-dollars. */
export interface Standing {
  /** `team:7`. */
  readonly scope: string;
  readonly max: number;
  readonly used: number;
  readonly due: number;
  readonly held: number;
}

/** What everybody says that was spent, in nano-dollars. */
export interface Books {
  readonly standings: readonly Standing[];
  /** The sums of the rows of `/spend/logs`, by key. */
  readonly rows: readonly number[];
}

/** The admin routes that the tests of budgets ask. */
export class Office {
  constructor(private readonly url: () => string) {}

  async post<Reply>(path: string, body: object): Promise<Reply> {
    const response = await fetch(`${this.url()}${path}`, {
      ...{ method: 'POST', headers: ADMIN, body: JSON.stringify(body) },
    });
    return this.read(path, response);
  }

  async get<Reply>(path: string): Promise<Reply> {
    return this.read(path, await fetch(`${this.url()}${path}`, { headers: ADMIN }));
  }

  async newKey(fields: object): Promise<string> {
    return (await this.post<{ key: string }>('/key/generate', fields)).key;
  }

  /** The keys' budgets as their counters have them, each once, and their rows. */
  async books(keys: readonly string[]): Promise<Books> {
    const explained = await Promise.all(keys.map((key) => this.standings(key)));
    const byScope = new Map(explained.flat().map((standing) => [standing.scope, standing]));
    return { standings: [...byScope.values()], rows: await Promise.all(keys.map((key) => this.rows(key))) };
  }

  private async standings(key: string): Promise<Standing[]> {
    const { limits } = await this.post<{
      limits: { scope: string; limit: string; max: number; used: number; due: number; held: number }[];
    }>('/key/explain', { key });
    return limits
      .filter(({ limit }) => limit === 'budget')
      .map(({ scope, max, used, due, held }) => ({
        ...{ scope, max: nanos(max), used: nanos(used), due: nanos(due), held: nanos(held) },
      }));
  }

  /** Throws when a row is there twice. */
  private async rows(key: string): Promise<number> {
    const [from, to] = [-DAY_MS, DAY_MS].map((ms) => new Date(Date.now() + ms).toISOString().slice(0, 10));
    const rows = await this.get<{ request_id: string; spend: number }[]>(
      `/spend/logs?api_key=${key}&start_date=${from}&end_date=${to}&summarize=false`,
    );
    if (new Set(rows.map(({ request_id }) => request_id)).size !== rows.length)
      throw new Error(`A row of ${key} is there twice`);
    return rows.reduce((sum, { spend }) => sum + nanos(spend), 0);
  }

  private async read<Reply>(path: string, response: Response): Promise<Reply> {
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Reply;
  }
}

/** Lines to read where the ledger's costs are not what the lab served: of every call that it saw since its reset. */
export async function wrongCosts(lab: FaultLab, databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const calls = lab.calls();
    const { rows } = await client.query<{ id: string; cost: string | null; status: string }>(
      'select id, cost_nanos as cost, status from ledger_entry where id = any($1)',
      [calls.map(({ id }) => id)],
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return calls.flatMap(({ id, completionTokens }) => {
      const row = byId.get(id);
      const cost = Number(row?.cost ?? 0);
      if (cost === completionTokens * NANOS_OF_TOKEN) return [];
      return [`${id}: served ${completionTokens} tokens, ledger ${JSON.stringify(row)}`];
    });
  } finally {
    await client.end();
  }
}
