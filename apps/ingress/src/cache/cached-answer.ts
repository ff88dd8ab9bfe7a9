import type { CallResponse, ResponseFrame } from '@tollgate/bus';
import type { CallHeader, ResponseHead } from '@tollgate/contracts';
import { retold, streamType } from '@tollgate/dialects';
import type { Json } from '../calls/request-rules.js';
import type { CacheEntry } from './cache-entry.js';

/** Bytes of an answer that is given again, and how they are to be read. */
export interface CachedAnswer {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** What is kept, as this call wants it: a whole answer or a stream, with its usage or without. Null: it cannot be told so. */
export function answerFrom(entry: CacheEntry, header: CallHeader, request: Json): CachedAnswer | null {
  const { dialect, model, includeUsage } = header;
  const form = header.stream ? 'stream' : 'whole';
  if (entry.form === form && (form === 'whole' || entry.includeUsage === includeUsage)) return entry;
  const created = Math.floor(entry.at / 1_000);
  const { usage } = entry;
  const bytes = retold(dialect, entry, { form, model, created, includeUsage, request, usage });
  if (bytes === null) return null;
  return { bytes, contentType: form === 'stream' ? streamType(dialect) : 'application/json' };
}

/** The answer as a router would send it, from nobody. */
export function framesOf(
  { bytes, contentType }: CachedAnswer,
  from: CacheEntry['from'],
  callId: string,
): CallResponse {
  const head: ResponseHead = {
    ...from,
    ...{ status: 200, headers: { 'content-type': contentType }, attemptId: cachedAttemptId(callId) },
    ...{ retries: 0, fallbacks: 0, costNanos: 0, upstreamMs: 0 },
  };
  const frames: ResponseFrame[] = [
    { type: 'head', head },
    { type: 'data', data: bytes },
    // What was used is on the bill of the call that was answered first.
    { type: 'end', end: { usage: null, costNanos: 0 } },
  ];
  const upcoming = frames.values();
  return {
    cancel: () => undefined,
    take: () => upcoming.next().value ?? null,
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(upcoming.next()) }),
  };
}

/** Attempts are counted from 1: there was none. */
export const cachedAttemptId = (callId: string): string => `${callId}:0`;
