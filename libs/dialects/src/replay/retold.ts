import { GatewayError, type Dialect, type Usage } from '@tollgate/contracts';
import type { AnswerOptions, StreamEncoder } from '../codec/codec.js';
import { codecOf } from '../codec/codecs.js';
import { isObject, type Json } from '../json/json.js';
import { NdjsonDecoder } from '../ndjson/ndjson-decoder.js';
import { streamsLines } from '../ndjson/stream-type.js';
import { SseDecoder } from '../sse/sse-decoder.js';
import { chatUsageOf } from '../usage/chat-usage.js';
import { answerOfChunks } from './answer-of-chunks.js';
import { chunksOfAnswer } from './chunks-of-answer.js';

/** A caller's answer as it went out. */
export interface ToldAnswer {
  readonly form: 'whole' | 'stream';
  readonly bytes: Uint8Array;
}

export interface RetellOptions extends AnswerOptions {
  /** Of the answer, which may not tell it itself. */
  readonly usage: Usage | null;
}

/**
 * The same answer in the same dialect, as a whole or as a stream (with its usage or without). Null where the dialect cannot tell
 * it so, or where something of it would be lost; never throws.
 */
export function retold(
  dialect: Dialect,
  told: ToldAnswer,
  { form, ...options }: RetellOptions & Pick<ToldAnswer, 'form'>,
): Uint8Array | null {
  try {
    const canonical = canonicalOf(dialect, told, options);
    if (canonical === null) return null;
    const front = codecOf(dialect)?.front;
    if (form === 'whole') {
      const answer = front?.fromCanonical(canonical, options);
      return answer === undefined ? null : Buffer.from(JSON.stringify(answer));
    }
    const encoder = front?.stream?.(options);
    return encoder === undefined ? null : encoded(encoder, canonical, options);
  } catch (cause) {
    if (cause instanceof GatewayError || cause instanceof SyntaxError) return null;
    throw cause;
  }
}

/** A whole chat completion. */
function canonicalOf(dialect: Dialect, { form, bytes }: ToldAnswer, options: RetellOptions): Json | null {
  const back = codecOf(dialect)?.back;
  if (form === 'whole') {
    const answer: unknown = JSON.parse(Buffer.from(bytes).toString());
    const canonical = isObject(answer) ? back?.toCanonical(answer, options) : undefined;
    return canonical === undefined ? null : withUsage(canonical, options);
  }
  const decoder = back?.stream?.({ ...options, includeUsage: true });
  if (decoder === undefined) return null;
  const frames = streamsLines(dialect) ? new NdjsonDecoder() : new SseDecoder();
  const events = [...frames.push(bytes), ...frames.flush()];
  const canonical = answerOfChunks(events.flatMap((event) => decoder.push(event)));
  return canonical && withUsage(canonical, options);
}

const withUsage = (canonical: Json, { usage }: RetellOptions): Json =>
  isObject(canonical['usage']) || usage === null ? canonical : { ...canonical, usage: chatUsageOf(usage) };

function encoded(encoder: StreamEncoder, canonical: Json, { includeUsage }: AnswerOptions): Uint8Array {
  const chunks = chunksOfAnswer(canonical).filter((chunk) => includeUsage || chunk['usage'] === undefined);
  const parts = [...chunks.map((chunk) => encoder.push(chunk)), encoder.end()];
  return Buffer.concat(parts.filter((part) => part !== null));
}
