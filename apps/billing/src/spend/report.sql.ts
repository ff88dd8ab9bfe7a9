import {
  GatewayError,
  type SpendDimension,
  type SpendReportQuery,
  type SpendScope,
} from '@tollgate/contracts';
import { boundedName, METRICS, startOf } from '../ledger/sums-of-events.js';
import { Conditions } from './conditions.js';
import { OF_KEYS } from './spend-filter.js';

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const EVER = Number.MAX_SAFE_INTEGER - 2 * DAY_MS;

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
  cacheHit: 'coalesce(account.cache_hit, false)::text',
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

/** Scopes whose days are kept, by the filter and the dimension that they are asked for with. */
const SCOPES = [
  { kind: 'key', filter: 'keys', dimension: 'key' },
  { kind: 'user', filter: 'users', dimension: 'user' },
  { kind: 'team', filter: 'teams', dimension: 'team' },
  { kind: 'organization', filter: 'organizations', dimension: 'organization' },
  { kind: 'project', filter: 'projects', dimension: 'project' },
  { kind: 'tag', filter: 'tags', dimension: 'tag' },
  { kind: 'end_user', filter: 'endUsers', dimension: 'endUser' },
] as const;

/** Every call has one of these: there is nothing that their days leave out. */
const WHOLE: ReadonlySet<string> = new Set(['key', 'tag', 'end_user']);

export interface Statement {
  /** Columns `by_{n}`, the metrics, and `total`, the number of all rows; one row of nulls but that when none is left. */
  readonly text: string;
  readonly parameters: unknown[];
}

/** From the days of scopes where these say what is asked, else from the sums of accounts. */
export function reportStatement(query: SpendReportQuery): Statement {
  const { by, limit, offset = 0 } = query;
  const { conditions, from } = ofScopeDays(query) ?? ofAccounts(query);
  const sums = METRICS.map((name) => `sum(part.${name})::bigint as ${name}`);
  const names = by.map((dimension, index) => `${from.columns[dimension] ?? ''} as by_${index}`);
  const groups = by.map((_dimension, index) => index + 1);
  return {
    text: `
      with sums as materialized (
        select ${[...names, ...sums].join(', ')} from ${from.text}
        ${groups.length === 0 ? '' : `group by ${groups.join(', ')}`}
        having sum(part.requests) <> 0
      )
      select page.*, counted.total from (select count(*) as total from sums) as counted
      left join lateral (
        select * from sums order by ${orderOf(query)} limit ${limit} offset ${offset}
      ) as page on true`,
    parameters: conditions.parameters,
  };
}

interface Source {
  readonly conditions: Conditions;
  readonly from: { readonly text: string; readonly columns: Partial<Record<SpendDimension, string>> };
}

/** null: they do not say what is asked. */
function ofScopeDays({ by, of = {}, from, to }: SpendReportQuery): Source | null {
  const { first, last, isWhole } = daysOf(from, to);
  const filters = Object.entries(of).filter(([, value]) => value !== undefined);
  const dimensions = by.filter((dimension) => dimension !== 'day');
  if (!isWhole || filters.length > 1 || dimensions.length > 1) return null;
  const [filter] = filters;
  const [dimension] = dimensions;
  const scope = SCOPES.find((known) => known.filter === filter?.[0] || known.dimension === dimension);
  if (scope === undefined && (filter !== undefined || dimension !== undefined)) return null;
  if (filter !== undefined && filter[0] !== scope?.filter) return null;
  if (
    dimension !== undefined &&
    (dimension !== scope?.dimension || (filter === undefined && !WHOLE.has(scope.kind)))
  )
    return null;
  const conditions = new Conditions();
  conditions.where('part.kind = ?', scope?.kind ?? 'gateway');
  if (filter !== undefined)
    conditions.where(
      OF_DAYS[scope?.kind === 'key' ? 'key' : 'other'],
      (filter[1] as string[]).map(boundedName),
    );
  conditions.and(`part.day >= ${first} and part.day < ${last}`);
  const id =
    scope?.kind === 'key'
      ? 'coalesce((select current_hash from former_key where hash = part.id), part.id)'
      : 'part.id';
  return {
    conditions,
    from: {
      text: `spend_scope_day as part where ${conditions.toString()}`,
      columns: { day: `part.day / ${DAY_MS}`, ...(dimension !== undefined && { [dimension]: id }) },
    },
  };
}

const OF_DAYS = {
  key: `part.id = any (array(
    select * from unnest(?::text[]) union select hash from former_key where current_hash = any (?::text[])))`,
  other: 'part.id = any (?::text[])',
} as const;

/** Sums by account first, which takes most rows away, and then by what is asked for. */
function ofAccounts(query: SpendReportQuery): Source {
  const { by } = query;
  const partly = ['account_id'];
  if (by.includes('day')) partly.push(`bucket / ${DAY_MS} as day`);
  if (by.includes('tag') || by.includes('endUser')) partly.push('value');
  const sums = METRICS.map((name) => `sum(${name})::bigint as ${name}`);
  const conditions = conditionsOf(query, partOf(query));
  return {
    conditions,
    from: {
      text: `(
          select ${[...partly, ...sums].join(', ')} from spend_rollup as rollup
          where ${conditions.toString()} group by ${partly.map((_name, index) => index + 1).join(', ')}
        ) as part join ledger_account as account on account.id = part.account_id`,
      columns: COLUMNS,
    },
  };
}

function orderOf({ by, orderBy = 'spend' }: SpendReportQuery): string {
  const day = by.indexOf('day');
  const sum = orderBy === 'requests' ? 'requests desc' : 'spend_nanos desc';
  const first = orderBy === 'day' && day >= 0 ? [`by_${day} desc`, sum] : [sum];
  return [...first, ...by.map((_dimension, index) => `by_${index}`)].join(', ');
}

type Part = 'all' | 'tag' | 'end_user';

/** Which of the rows that hold everything again. */
function partOf({ by, of = {} }: SpendReportQuery): Part {
  const asksTag = by.includes('tag') || of.tags !== undefined;
  const asksEndUser = by.includes('endUser') || of.endUsers !== undefined;
  if (asksTag && asksEndUser)
    throw new GatewayError('invalid_request', 'Spend is not summed up by tags and end users at once.', {
      param: 'tags',
    });
  if (asksTag) return 'tag';
  return asksEndUser ? 'end_user' : 'all';
}

function conditionsOf({ from, to, of = {} }: SpendReportQuery, part: Part): Conditions {
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
  const { first, last, start, end } = daysOf(from, to);
  const hours = (since: number, until: number): string =>
    `rollup.hours = 1 and rollup.bucket >= ${since} and rollup.bucket < ${until}`;
  conditions.and(
    first >= last
      ? `(${hours(start, end)})`
      : `(rollup.hours = 24 and rollup.bucket >= ${first} and rollup.bucket < ${last}
          or ${hours(start, first)} or ${hours(last, end)})`,
  );
  return conditions;
}

/** The hours that a time is in, and the whole days among them. */
export function daysOf(from = 0, to = EVER) {
  const start = startOf(Math.floor(from), 1);
  const end = startOf(Math.ceil(to) + HOUR_MS - 1, 1);
  const first = startOf(start + DAY_MS - 1, 24);
  const last = startOf(end, 24);
  return { start, end, first, last, isWhole: start === first && (end === last || to === EVER) };
}
