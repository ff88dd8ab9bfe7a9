import type { ResponseHead } from '@tollgate/contracts';

/** How an answer's texts are found in its bytes. `none`: it has none (audio, images). `closed`: it has, and they cannot be read. */
export type Framing = 'json' | 'events' | 'lines' | 'text' | 'none' | 'closed';

export function framingOf({ headers }: ResponseHead): Framing {
  const type = headers['content-type'] ?? 'application/json';
  if (/^text\/event-stream/i.test(type)) return 'events';
  if (/ndjson|jsonl/i.test(type)) return 'lines';
  if (/json/i.test(type)) return 'json';
  if (/^text\/|subrip/i.test(type)) return 'text';
  return /eventstream/i.test(type) ? 'closed' : 'none';
}
