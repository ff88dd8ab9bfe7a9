import { Inject, Injectable } from '@nestjs/common';
import { toSafeInteger, type Database } from '@tollgate/database';
import { DATABASE } from '../tokens.js';

export interface ModelUsageQuery {
  /** The name as clients write it. */
  readonly model: string;
  /** Epoch milliseconds, inclusive. */
  readonly from: number;
  readonly limit: number;
}

/** What one key asked of a name. */
export interface ModelUsageRow {
  readonly keyHash: string;
  /** Alias and team as the key's last call had them. */
  readonly keyAlias: string | null;
  readonly teamId: string | null;
  readonly calls: number;
  readonly spendNanos: number;
  readonly lastCallAt: number;
}

const latest = (column: string): string => `(array_agg(${column} order by entry.called_at desc))[1]`;

/** Accounts say which keys ask for a name, so that only their rows are read. */
const USAGE = `
  select account.key_hash as "keyHash", ${latest('account.key_alias')} as "keyAlias",
    ${latest('account.team_id')} as "teamId",
    count(distinct coalesce(entry.call_id, regexp_replace(entry.id, '(:r\\d+)?:\\d+$', '')))::int as calls,
    coalesce(sum(entry.cost_nanos), 0)::bigint as "spendNanos", max(entry.started_at) as "lastCallAt"
  from ledger_account as account join ledger_entry as entry on entry.account_id = account.id
  where account.model = $1 and entry.called_at >= $2
  group by 1 order by calls desc, 1 limit $3`;

/** Who asks for a model name, by the ledger: calls that reached no provider are not in it. */
@Injectable()
export class ModelUsageStore {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** The busiest keys first. A call counts once, however many attempts it took; its spend is that of all of them. */
  async usage({ model, from, limit }: ModelUsageQuery): Promise<ModelUsageRow[]> {
    const rows = await this.database.dataSource.query<ModelUsageRow[]>(USAGE, [
      model,
      Math.ceil(from),
      limit,
    ]);
    return rows.map((row) => ({
      ...row,
      spendNanos: toSafeInteger(row.spendNanos),
      lastCallAt: toSafeInteger(row.lastCallAt),
    }));
  }
}
