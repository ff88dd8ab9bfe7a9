import type { UsageEvent } from '@tollgate/contracts';

/** What JSON may hold and Postgres's text may not: a NUL and half a surrogate pair. Clients choose tags and user ids. */
const UNSTORABLE = /\0|\p{Surrogate}|\\u(?:0000|d[89a-f])/iu;
const HALF_PAIRS = /\p{Surrogate}/gu;

/** Whether a text, or JSON in it, holds nothing of the kind. */
export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

/** The event without what Postgres does not store. */
export function storable(event: UsageEvent): UsageEvent {
  const clean = (_name: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll('\0', '').replace(HALF_PAIRS, '\ufffd') : value;
  return JSON.parse(JSON.stringify(event), clean) as UsageEvent;
}
