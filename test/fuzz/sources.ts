import { TASK_OF, type Dialect } from '@tollgate/contracts';
import { codecOf } from '@tollgate/dialects';
import type { Framing } from '@tollgate/providers';
import { findDialect } from '../conformance/dialect-of.js';
import { allRecordings } from '../conformance/recordings.js';
import { jsonBytes } from './spoil.js';
import { answerOf, chunksOf, streamOf } from './samples.js';

/** A provider's answer that can be decoded. */
export interface Source {
  readonly from: Dialect;
  readonly isStream: boolean;
  readonly framing: Framing;
  readonly bytes: Buffer;
}

/** Dialects that providers speak, and callers too: their answers can be made from the samples. */
const SPOKEN: readonly Dialect[] = (Object.keys(TASK_OF) as Dialect[]).filter((dialect) => {
  const { front, back } = codecOf(dialect) ?? {};
  return front !== undefined && back !== undefined;
});

/** Dialects that answers of a task can be put in. */
export const callersOf = (from: Dialect): readonly Dialect[] =>
  SPOKEN.filter((dialect) => TASK_OF[dialect] === TASK_OF[from]);

/** Larger ones make a long run longer and show nothing new. */
const MAX_BYTES = 30_000;

/** Answers of every dialect, whole and streamed, and the recorded ones where there are any. */
export function sources(): Source[] {
  const made = SPOKEN.flatMap((from) => [whole(from), ...streamed(from)]);
  const recorded = allRecordings().flatMap((recording): Source[] => {
    const from = findDialect(recording);
    const { response: bytes, isStream, status } = recording;
    if (from === null || status !== 200 || bytes.length > MAX_BYTES) return [];
    if (codecOf(from)?.back === undefined) return [];
    if (isStream && codecOf(from)?.back?.stream === undefined) return [];
    return [{ from, isStream, framing: bytes[0] === 0 ? 'aws-event-stream' : framingOf(from, false), bytes }];
  });
  return [...made, ...recorded];
}

const whole = (from: Dialect): Source => ({
  ...{ from, isStream: false, framing: 'sse' },
  bytes: jsonBytes(answerOf(from)),
});

function streamed(from: Dialect): Source[] {
  if (codecOf(from)?.front?.stream === undefined) return [];
  return [{ from, isStream: true, framing: framingOf(from, true), bytes: streamOf(from, chunksOf()) }];
}

function framingOf(dialect: Dialect, isBinary: boolean): Framing {
  if (dialect === 'bedrock-converse' && isBinary) return 'aws-event-stream';
  return dialect.startsWith('ollama-') ? 'ndjson' : 'sse';
}
