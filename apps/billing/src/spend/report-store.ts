import { Inject, Injectable } from '@nestjs/common';
import {
  GatewayError,
  type SpendDimension,
  type SpendReportQuery,
  type SpendReportRow,
  type SpendScope,
} from '@tollgate/contracts';
import { toSafeInteger, type Database } from '@tollgate/database';
import { boundedName, METRICS, startOf } from '../ledger/sums-of-events.js';
import { DATABASE } from '../tokens.js';
import { Conditions } from './conditions.js';
import { OF_KEYS } from './spend-filter.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST_DELETED = 10_000;
const EVER = Number.MAX_SAFE_INTEGER - DAY_MS;

/** What each dimension is in a sum (`part`) or its account. */
const COLUMNS: Record<SpendDimension, string> = {
  day: 'part.day',
  key: 'coalesce((select current_hash from former_key where hash = account.key_hash), account.key_hash)',
  user: 'account.user_id',
  team: 'account.team_id',
  organization: 'account.organization_id',
  project: 'account.project_id',
  model: 'account.model',
  group: 'account.model_group',
  upstreamModel: 'account.upstream_model',
  deployment: 'account.deployment_id',
  provider: 'account.provider',
  tag: 'part.value',
  endUser: 'part.value',
};

const OF_ACCOUNT = {
  keys: OF_KEYS,
  users: 'user_id = any (?::text[])',
  teams: 'team_id = any (?::text[])',
  organizations: 'organization_id = any (?::text[])',
  projects: 'project_id = any (?::text[])',
  models: 'model = any (?::text[])',
  groups: 'model_group = any (?::text[])',
  providers: 'provider = any (?::text[])',
} as const satisfies { [Name in keyof SpendScope]?: string };

const ORDERS = {
  spend: 'spend_nanos desc',
  requests: 'requests desc',
  day: null,
} as const;

export interface SpendReport {
  readonly rows: SpendReportRow[];
  readonly total: number;
}

/** Reads the sums that are kept with the ledger. */
@Injectable()
export class ReportStore {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async report(query: SpendReportQuery): Promise<SpendReport> {
    const { by, limit, offset = 0 } = query;
    const { text, parameters } = statementOf(query);
    const rows = await this.database.dataSource.query<Record<string, string | null>[]>(
      `${text} limit ${limit} offset ${offset}`,
      parameters,
    );
    return {
      rows: rows.map((row) => toReportRow(row, by)),
      total: rows[0] === undefined ? 0 : Number(rows[0]['total']),
    };
  }

  /** Deletes the sums of hours before a time (epoch ms), some at a time. Days stay. */
  async forgetHours(before: number): Promise<void> {
    const { dataSource } = this.database;
    let deleted = MOST_DELETED;
    while (deleted === MOST_DELETED)
      [, deleted] = await dataSource.query<[unknown, number]>(
        `delete from spend_rollup where ctid = any (array(
           select ctid from spend_rollup where hours = 1 and kind in ('all', 'tag', 'end_user') and bucket < $1
           limit ${MOST_DELETED}))`,
        [before],
      );
  }
}

/** Sums by account first, which takes most rows away, and then by what is asked for. */
function statementOf(query: SpendReportQuery): { text: string; parameters: unknown[] } {
  const { by, of = {} } = query;
  const part = partOf(query);
  const partly = ['account_id'];
  if (by.includes('day')) partly.push(`bucket / ${DAY_MS} as day`);
  if (by.includes('tag') || by.includes('endUser')) partly.push('value');
  const names = by.map((dimension, index) => `${COLUMNS[dimension]} as by_${index}`);
  const sums = METRICS.map((name) => `sum(${name})::bigint as ${name}`);
  const conditions = conditionsOf(query, part, of);
  const groups = by.map((_dimension, index) => index + 1);
  return {
    text: `
      select ${[...names, ...METRICS.map((name) => `sum(part.${name})::bigint as ${name}`), 'count(*) over () as total'].join(', ')}
      from (
        select ${[...partly, ...sums].join(', ')} from spend_rollup as rollup
        where ${conditions.toString()} group by ${partly.map((_name, index) => index + 1).join(', ')}
      ) as part join ledger_account as account on account.id = part.account_id
      ${groups.length === 0 ? '' : `group by ${groups.join(', ')}`}
      having sum(part.requests) <> 0
      order by ${orderOf(query)}`,
    parameters: conditions.parameters,
  };
}

function orderOf({ by, orderBy = 'spend' }: SpendReportQuery): string {
  const day = by.indexOf('day');
  const first =
    orderBy === 'day' && day >= 0 ? `by_${day} desc, spend_nanos desc` : (ORDERS[orderBy] ?? ORDERS.spend);
  return [first, ...by.map((_dimension, index) => `by_${index}`)].join(', ');
}

/** Which of the rows that hold everything again. */
function partOf({ by, of = {} }: SpendReportQuery): 'all' | 'tag' | 'end_user' {
  const asksTag = by.includes('tag') || of.tags !== undefined;
  const asksEndUser = by.includes('endUser') || of.endUsers !== undefined;
  if (asksTag && asksEndUser)
    throw new GatewayError('invalid_request', 'Spend is not summed up by tags and end users at once.', {
      param: 'tags',
    });
  if (asksTag) return 'tag';
  return asksEndUser ? 'end_user' : 'all';
}

function conditionsOf(
  { from, to }: SpendReportQuery,
  part: 'all' | 'tag' | 'end_user',
  of: SpendScope,
): Conditions {
  const conditions = new Conditions('rollup.account_id');
  conditions.where('rollup.kind = ?', part);
  const values = part === 'tag' ? of.tags : of.endUsers;
  if (part !== 'all' && values !== undefined)
    conditions.where('rollup.value = any (?::text[])', values.map(boundedName));
  for (const [name, text] of Object.entries(OF_ACCOUNT)) {
    const names = of[name as keyof typeof OF_ACCOUNT];
    if (names !== undefined) conditions.whereAccount(text, names);
  }
  if (of.personal === true) conditions.whereAccount('(team_id is null) = ?::boolean', true);
  conditions.and(
    bucketsOf(startOf(Math.floor(from ?? 0), 1), startOf(Math.ceil(to ?? EVER) + HOUR_MS - 1, 1)),
  );
  return conditions;
}

/** Whole days of a time, and the hours before and after them. */
function bucketsOf(from: number, to: number): string {
  const firstDay = startOf(from + DAY_MS - 1, 24);
  const lastDay = startOf(to, 24);
  const hours = (start: number, end: number): string =>
    `rollup.hours = 1 and rollup.bucket >= ${start} and rollup.bucket < ${end}`;
  if (firstDay >= lastDay) return `(${hours(from, to)})`;
  return `(rollup.hours = 24 and rollup.bucket >= ${firstDay} and rollup.bucket < ${lastDay}
    or ${hours(from, firstDay)} or ${hours(lastDay, to)})`;
}

function toReportRow(row: Record<string, string | null>, by: readonly SpendDimension[]): SpendReportRow {
  const metric = (name: (typeof METRICS)[number]): number => toSafeInteger(row[name] ?? 0);
  return {
    by: Object.fromEntries(by.map((dimension, index) => [dimension, valueOf(dimension, row[`by_${index}`])])),
    spendNanos: metric('spend_nanos'),
    promptTokens: metric('prompt_tokens'),
    completionTokens: metric('completion_tokens'),
    cacheReadTokens: metric('cache_read_tokens'),
    cacheWriteTokens: metric('cache_write_tokens'),
    requests: metric('requests'),
    failures: metric('failures'),
  };
}

function valueOf(dimension: SpendDimension, value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return dimension === 'day' ? new Date(Number(value) * DAY_MS).toISOString().slice(0, 10) : value;
}
