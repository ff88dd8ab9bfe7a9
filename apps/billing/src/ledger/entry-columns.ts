import { NO_USAGE, type UsageEvent } from '@tollgate/contracts';
import type { ElementType } from './array-parameter.js';

/** An event and the account that it is booked under. */
export interface Entry {
  readonly accountId: string;
  readonly event: UsageEvent;
}

interface EntryColumn {
  readonly name: string;
  readonly type: ElementType;
  readonly of: (event: UsageEvent, accountId: string) => unknown;
  /** SQL for null; most counts of most events are zero, and a column of nothing but nulls costs nothing. */
  readonly absent?: string;
}

const text = (name: string, of: EntryColumn['of']): EntryColumn => ({ name, type: 'text', of });
const bigint = (name: string, of: EntryColumn['of']): EntryColumn => ({ name, type: 'bigint', of });
const count = (name: string, of: (usage: UsageEvent['usage']) => number): EntryColumn => ({
  name,
  type: 'bigint',
  of: ({ usage }) => of(usage) || null,
  absent: '0',
});

/** The text of an array of texts. */
const listOf = (texts: readonly string[]): string => `{${texts.map(quoted).join(',')}}`;

const quoted = (text: string): string => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;

const ATTEMPT = /(?::r\d+)?:\d+$/;

/** What an attempt's id begins with: `{call id}:{n}`, or `{call id}:r{resends}:{n}`. */
export const callIdOf = (id: string): string => id.replace(ATTEMPT, '');

/** How an event becomes a row of `ledger_entry`. */
export const ENTRY_COLUMNS: readonly EntryColumn[] = [
  text('id', (event) => event.id),
  bigint('called_at', (event) => Math.round(event.calledAt)),
  { name: 'account_id', type: 'uuid', of: (_event, accountId) => accountId },
  text('call_id', (event) => (callIdOf(event.id) === event.callId ? null : event.callId)),
  text('response_id', (event) => event.responseId),
  text('status', (event) => event.status),
  { name: 'measured', type: 'boolean', of: (event) => event.measured },
  count('usage_input', ({ input }) => input),
  count('usage_cache_read', ({ cacheRead }) => cacheRead),
  count('usage_cache_write_5m', ({ cacheWrite5m }) => cacheWrite5m),
  count('usage_cache_write_1h', ({ cacheWrite1h }) => cacheWrite1h),
  count('usage_output', ({ output }) => output),
  count('usage_reasoning', ({ reasoning }) => reasoning),
  count('usage_audio_input', ({ audioInput }) => audioInput),
  count('usage_audio_output', ({ audioOutput }) => audioOutput),
  count('usage_image_input', ({ imageInput }) => imageInput),
  count('usage_image_output', ({ imageOutput }) => imageOutput),
  count('usage_searches', ({ searches }) => searches),
  count('usage_file_searches', ({ fileSearches }) => fileSearches),
  {
    name: 'raw_usage',
    type: 'json',
    of: ({ rawUsage }) => (rawUsage === null ? null : JSON.stringify(rawUsage)),
  },
  bigint('cost_nanos', (event) => event.costNanos),
  text('end_user', (event) => event.endUser),
  {
    name: 'tags',
    type: 'text[]',
    of: ({ tags }) => (tags.length === 0 ? null : listOf(tags)),
    absent: `'{}'`,
  },
  bigint('started_at', (event) => Math.round(event.startedAt)),
  bigint('first_token_at', ({ firstTokenAt }) => (firstTokenAt === null ? null : Math.round(firstTokenAt))),
  bigint('ended_at', (event) => Math.round(event.endedAt)),
  text('error_code', (event) => event.errorCode),
  { name: 'stream', type: 'boolean', of: (event) => event.stream || null, absent: 'false' },
  { ...text('role', ({ role }) => (role === 'primary' ? null : role)), absent: `'primary'` },
  text('arm', (event) => event.arm),
];

/** What events of older versions say nothing of. */
const LATER = {
  ...{ organizationId: null, projectId: null, serviceTier: null, role: 'primary', arm: null },
} as const;

/**
 * Events wait in the outbox of a process that was another version's, and in one process nobody checks them: what that version
 * had not heard of is nothing.
 */
export function upToDate(event: UsageEvent): UsageEvent {
  if ('fileSearches' in event.usage && 'serviceTier' in event && 'calledAt' in event) return event;
  const said: Partial<UsageEvent> = event;
  const usage = { ...NO_USAGE, ...event.usage };
  return { ...LATER, calledAt: event.startedAt, ...said, usage } as UsageEvent;
}

/** Each id once, its known event before its unknown one, in the order of the ids: batches that share ids lock them in one order. */
export function eachOnce(events: readonly UsageEvent[]): UsageEvent[] {
  const byId = new Map<string, UsageEvent>();
  for (const event of events) {
    const known = byId.get(event.id);
    if (known === undefined || (known.status === 'unknown' && event.status !== 'unknown'))
      byId.set(event.id, event);
  }
  return [...byId.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
}
