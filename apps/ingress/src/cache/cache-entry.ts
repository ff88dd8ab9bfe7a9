import { isUtf8 } from 'node:buffer';
import type { ResponseHead, Usage } from '@tollgate/contracts';
import type { ToldAnswer } from '@tollgate/dialects';

/** An answer as it is kept: what its client got, and where it came from. */
export interface CacheEntry extends ToldAnswer {
  readonly contentType: string;
  /** Of a stream: its usage is told in it. */
  readonly includeUsage: boolean;
  /** When it was given (epoch ms). */
  readonly at: number;
  readonly usage: Usage | null;
  readonly from: Pick<ResponseHead, 'deploymentId' | 'group' | 'provider' | 'upstreamModel' | 'apiBase'>;
}

/** A line of JSON, and the bytes of the answer. Null: those are no text. */
export function entryText({ bytes, ...facts }: CacheEntry): string | null {
  if (!isUtf8(bytes)) return null;
  return `${JSON.stringify(facts)}\n${Buffer.from(bytes).toString('utf8')}`;
}

/** Null for what another version has written and this one cannot read. */
export function readEntry(text: string): CacheEntry | null {
  const end = text.indexOf('\n');
  try {
    const facts = JSON.parse(text.slice(0, end)) as Omit<CacheEntry, 'bytes'>;
    return { ...facts, bytes: Buffer.from(text.slice(end + 1)) };
  } catch {
    return null;
  }
}
