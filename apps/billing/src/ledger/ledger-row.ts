import type { UsageEvent } from '@tollgate/contracts';

interface LedgerColumn {
  readonly name: string;
  readonly type: 'text' | 'bigint' | 'boolean' | 'json' | 'text[]';
  readonly of: (event: UsageEvent) => unknown;
  /** SQL for a member that is left out of the JSON because it has this value; NULL when there is none. */
  readonly absent?: string;
}

const text = (name: string, of: LedgerColumn['of']): LedgerColumn => ({ name, type: 'text', of });
const bigint = (name: string, of: LedgerColumn['of']): LedgerColumn => ({ name, type: 'bigint', of });
const boolean = (name: string, of: LedgerColumn['of']): LedgerColumn => ({
  name,
  type: 'boolean',
  of,
  absent: 'false',
});
const count = (name: string, of: LedgerColumn['of']): LedgerColumn => ({
  name,
  type: 'bigint',
  of,
  absent: '0',
});

const rounded = (time: number | null): number | null => (time === null ? null : Math.round(time));

/** How an event becomes a row of `ledger_entry`. */
export const LEDGER_COLUMNS: readonly LedgerColumn[] = [
  text('id', (event) => event.id),
  text('call_id', (event) => event.callId),
  text('response_id', (event) => event.responseId),
  text('status', (event) => event.status),
  boolean('measured', (event) => event.measured),
  count('usage_input', (event) => event.usage.input),
  count('usage_cache_read', (event) => event.usage.cacheRead),
  count('usage_cache_write_5m', (event) => event.usage.cacheWrite5m),
  count('usage_cache_write_1h', (event) => event.usage.cacheWrite1h),
  count('usage_output', (event) => event.usage.output),
  count('usage_reasoning', (event) => event.usage.reasoning),
  count('usage_audio_input', (event) => event.usage.audioInput),
  count('usage_audio_output', (event) => event.usage.audioOutput),
  count('usage_searches', (event) => event.usage.searches),
  { name: 'raw_usage', type: 'json', of: (event) => event.rawUsage },
  bigint('cost_nanos', (event) => event.costNanos),
  text('model', (event) => event.model),
  text('model_group', (event) => event.group),
  text('upstream_model', (event) => event.upstreamModel),
  text('deployment_id', (event) => event.deploymentId),
  text('provider', (event) => event.provider),
  text('api_base', (event) => event.apiBase),
  text('key_hash', (event) => event.keyHash),
  text('key_alias', (event) => event.keyAlias),
  text('user_id', (event) => event.userId),
  text('team_id', (event) => event.teamId),
  text('organization_id', (event) => event.organizationId),
  text('project_id', (event) => event.projectId),
  text('end_user', (event) => event.endUser),
  { name: 'tags', type: 'text[]', of: (event) => event.tags },
  boolean('stream', (event) => event.stream),
  bigint('called_at', (event) => rounded(event.calledAt)),
  bigint('started_at', (event) => rounded(event.startedAt)),
  bigint('first_token_at', (event) => rounded(event.firstTokenAt)),
  bigint('ended_at', (event) => rounded(event.endedAt)),
  text('error_code', (event) => event.errorCode),
  text('role', (event) => event.role),
  text('arm', (event) => event.arm),
];

/**
 * The events as the JSON that `json_to_recordset` reads, in the order of their ids: concurrent batches that share rows
 * lock them in one order. An id that is there twice appears once, its known event before its unknown one.
 */
export function toLedgerJson(events: readonly UsageEvent[]): string {
  const byId = new Map<string, UsageEvent>();
  for (const event of events) {
    const known = byId.get(event.id);
    if (known === undefined || (known.status === 'unknown' && event.status !== 'unknown'))
      byId.set(event.id, event);
  }
  const sorted = [...byId.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  return storable(JSON.stringify(sorted.map(toRow)));
}

function toRow(event: UsageEvent): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const { name, of, absent } of LEDGER_COLUMNS) {
    const value = of(event);
    // Reading the JSON is a third of the work, and most counts of most events are zero.
    const leftOut = value === null || (absent !== undefined && !value);
    if (!leftOut) row[name] = value;
  }
  return row;
}

/** What JSON may hold and Postgres's text may not: a NUL and half a surrogate pair. Clients choose tags and user ids. */
const UNSTORABLE = /\\u(0000|d[89a-f])/;
const HALF_PAIRS = /[\ud800-\udfff]/gu;

function storable(json: string): string {
  if (!UNSTORABLE.test(json)) return json;
  const clean = (_name: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll('\0', '').replace(HALF_PAIRS, '\ufffd') : value;
  return JSON.stringify(JSON.parse(json, clean));
}
