import type { UsageEvent } from '@tollgate/contracts';
import { toSafeInteger } from '@tollgate/database';
import { callIdOf, type Entry } from './entry-columns.js';

/** A row of `ledger_entry` joined with its account, as `pg` reads it. */
export type EntryRow = Record<string, string | number | boolean | string[] | null>;

/** Columns of `entry` and `account` that an event is made of. */
export const ENTRY_WITH_ACCOUNT = `
  entry.*, account.key_hash, account.key_alias, account.user_id, account.team_id, account.organization_id,
  account.project_id, account.model, account.model_group, account.upstream_model, account.deployment_id,
  account.provider, account.api_base, account.service_tier, account.cache_hit`;

export const ENTRIES_WITH_ACCOUNTS =
  'ledger_entry as entry join ledger_account as account on account.id = entry.account_id';

export const toEntry = (row: EntryRow): Entry => ({
  accountId: row['account_id'] as string,
  event: toUsageEvent(row),
});

const count = (value: EntryRow[string] | undefined): number => toSafeInteger(value as string);
const countOrNull = (value: EntryRow[string] | undefined): number | null =>
  value === null || value === undefined ? null : count(value);

export function toUsageEvent(row: EntryRow): UsageEvent {
  const id = row['id'] as string;
  return {
    id,
    callId: (row['call_id'] as string | null) ?? callIdOf(id),
    responseId: row['response_id'] as string | null,
    status: row['status'] as UsageEvent['status'],
    measured: row['measured'] as boolean,
    usage: usageOf(row),
    rawUsage: row['raw_usage'],
    costNanos: countOrNull(row['cost_nanos']),
    ...accountOf(row),
    endUser: row['end_user'] as string | null,
    tags: row['tags'] as string[],
    calledAt: count(row['called_at']),
    startedAt: count(row['started_at']),
    firstTokenAt: countOrNull(row['first_token_at']),
    endedAt: count(row['ended_at']),
    errorCode: row['error_code'] as string | null,
  };
}

const usageOf = (row: EntryRow): UsageEvent['usage'] => ({
  input: count(row['usage_input']),
  cacheRead: count(row['usage_cache_read']),
  cacheWrite5m: count(row['usage_cache_write_5m']),
  cacheWrite1h: count(row['usage_cache_write_1h']),
  output: count(row['usage_output']),
  reasoning: count(row['usage_reasoning']),
  audioInput: count(row['usage_audio_input']),
  audioOutput: count(row['usage_audio_output']),
  imageInput: count(row['usage_image_input']),
  imageOutput: count(row['usage_image_output']),
  searches: count(row['usage_searches']),
  fileSearches: count(row['usage_file_searches']),
});

const accountOf = (row: EntryRow) => ({
  model: row['model'] as string,
  group: row['model_group'] as string,
  upstreamModel: row['upstream_model'] as string,
  deploymentId: row['deployment_id'] as string,
  provider: row['provider'] as string,
  apiBase: row['api_base'] as string | null,
  keyHash: row['key_hash'] as string,
  keyAlias: row['key_alias'] as string | null,
  userId: row['user_id'] as string | null,
  teamId: row['team_id'] as string | null,
  organizationId: row['organization_id'] as string | null,
  projectId: row['project_id'] as string | null,
  stream: row['stream'] as boolean,
  role: row['role'] as UsageEvent['role'],
  arm: row['arm'] as UsageEvent['arm'],
  serviceTier: row['service_tier'] as UsageEvent['serviceTier'],
  ...(row['cache_hit'] === true && { cacheHit: true as const }),
});
