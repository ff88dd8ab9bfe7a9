import { Inject, Injectable } from '@nestjs/common';
import type { AlertType } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { DATABASE } from '../../tokens.js';

/** Rows that latencies are taken from: the newest of the time that is asked for. */
const MOST_ROWS = 200_000;

export interface SpendLine {
  readonly name: string;
  readonly nanos: bigint;
}

export interface DeploymentLine {
  readonly name: string;
  /** Milliseconds to the end of an answer, or failures. */
  readonly value: number;
  readonly calls: number;
}

const DAY_MS = 24 * 3_600_000;

const SPEND_OF_TEAMS = `
  select account.team_id as name, sum(spend_nanos) as nanos
  from spend_rollup as rollup join ledger_account as account on account.id = rollup.account_id
  where rollup.kind = 'all' and rollup.hours = $1 and bucket >= $2 and bucket < $3 and account.team_id is not null
  group by 1 having sum(spend_nanos) > 0 order by 2 desc limit $4`;

const SPEND_OF_TAGS = `
  select value as name, sum(spend_nanos) as nanos from spend_rollup
  where kind = 'tag' and hours = $1 and bucket >= $2 and bucket < $3
  group by 1 having sum(spend_nanos) > 0 order by 2 desc limit $4`;

const SPEND_OF_ALL = `
  select '' as name, coalesce(sum(spend_nanos), 0) as nanos from spend_rollup
  where kind = 'all' and hours = $1 and bucket >= $2 and bucket < $3 limit $4`;

const SLOWEST = `
  select account.model_group || ' at ' || account.provider || ' (' || account.deployment_id || ')' as name,
    avg(newest.ended_at - newest.started_at)::float8 as value, count(*)::int as calls
  from (
    select account_id, started_at, ended_at from ledger_entry
    where called_at >= $1 and called_at < $2 and status = 'complete' order by called_at desc limit ${MOST_ROWS}
  ) as newest join ledger_account as account on account.id = newest.account_id
  group by 1 order by 2 desc limit $3`;

const FAILING = `
  select (line->>'group') || ' at ' || (line->>'provider') || ' (' || (line->>'deploymentId') || ')' as name,
    sum((line->>'count')::int)::int as value, 0 as calls
  from alert, jsonb_array_elements(details->'lines') as line
  where type = 'llm_exceptions' and at >= $1 and at < $2
  group by 1 order by 2 desc limit $3`;

/** What reports are made of. Times are epoch milliseconds, the end is not included. */
@Injectable()
export class ReportQueries {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** From whole hours, or whole days (UTC) where that is the same. */
  async spend(
    of: 'teams' | 'tags' | 'all',
    [from, to]: readonly [number, number],
    most: number,
  ): Promise<SpendLine[]> {
    const text = { teams: SPEND_OF_TEAMS, tags: SPEND_OF_TAGS, all: SPEND_OF_ALL }[of];
    const hours = from % DAY_MS === 0 && to % DAY_MS === 0 ? 24 : 1;
    const rows = await this.query<{ name: string; nanos: string }>(text, [hours, from, to, most]);
    return rows.map(({ name, nanos }) => ({ name, nanos: BigInt(nanos) }));
  }

  slowest([from, to]: readonly [number, number], most: number): Promise<DeploymentLine[]> {
    return this.query(SLOWEST, [from, to, most]);
  }

  /** By what routers told of failures. */
  failing([from, to]: readonly [number, number], most: number): Promise<DeploymentLine[]> {
    return this.query(FAILING, [from, to, most]);
  }

  async isKept(type: AlertType, id: string): Promise<boolean> {
    const rows = await this.query('select 1 from alert where type = $1 and id = $2', [type, id]);
    return rows.length > 0;
  }

  private query<Row>(text: string, parameters: unknown[]): Promise<Row[]> {
    return this.database.dataSource.query<Row[]>(text, parameters);
  }
}
