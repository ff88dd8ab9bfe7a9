import type { Dialect } from '@tollgate/contracts';
import { codecOf, type Json } from '@tollgate/dialects';
import { readNativePath } from '@tollgate/ingress';
import { answerOf, chunksOf, streamOf } from './samples.js';
import type { ScriptedReply } from './scripted-provider.js';
import { damaged, edited, jsonBytes, pieces, type Spoiling } from './spoil.js';

/** A provider's answer in a case: one of its dialect, spoilt, in pieces. */
export interface ReplyCase {
  readonly status: number;
  readonly contentType: string | null;
  readonly spoiling: Spoiling;
  /** Of streams, the places where the canonical chunks are spoilt before they are encoded. */
  readonly chunks: Spoiling;
  readonly sizes: readonly number[];
  /** It streams what was asked for whole, and the other way about. */
  readonly isContrary: boolean;
}

/** What a provider answers at a path. A refusal has a body of errors. */
export function replyAt(path: string, wantsStream: boolean, reply: ReplyCase): ScriptedReply {
  const { status, spoiling, sizes, isContrary } = reply;
  const dialect = dialectAt(path.replace(/\?.*/, ''));
  const isStream = wantsStream !== isContrary && codecOf(dialect)?.front?.stream !== undefined;
  const { body, type } =
    status >= 300 ? refusal(reply) : isStream ? stream(dialect, reply) : whole(dialect, reply);
  return {
    status,
    contentType: reply.contentType ?? type,
    pieces: status === NO_CONTENT ? [] : pieces(damaged(body, spoiling), sizes),
  };
}

const dialectAt = (path: string): Dialect =>
  OWN_PATHS.find(([pattern]) => pattern.test(path))?.[1] ?? readNativePath('POST', path).dialect;

const OWN_PATHS: readonly (readonly [RegExp, Dialect])[] = [
  [/\/api\/chat$/, 'ollama-chat'],
  [/\/api\/generate$/, 'ollama-generate'],
  [/\/api\/embed$/, 'ollama-embed'],
  [/\/images\//, 'openai-images'],
  [/\/audio\/(?:transcriptions|translations)$/, 'openai-transcriptions'],
];

const NO_CONTENT = 204;

interface Encoded {
  readonly body: Buffer;
  readonly type: string;
}

function refusal({ spoiling }: ReplyCase): Encoded {
  const error = { error: { message: 'Not now', type: 'some_error', code: 'busy', param: null } };
  return { body: jsonBytes(edited(error, spoiling)), type: 'application/json' };
}

const whole = (dialect: Dialect, { spoiling }: ReplyCase): Encoded => ({
  body: jsonBytes(edited(answerOf(dialect), spoiling)),
  type: 'application/json',
});

function stream(dialect: Dialect, { chunks, spoiling }: ReplyCase): Encoded {
  const body = encoded(dialect, edited(chunksOf(), chunks) as Json[]);
  if (dialect === 'bedrock-converse') return { body, type: 'application/vnd.amazon.eventstream' };
  const type = dialect.startsWith('ollama-') ? 'application/x-ndjson' : 'text/event-stream';
  return { body: Buffer.from(respelled(body.toString(), spoiling)), type };
}

/** Chunks that cannot be encoded any more leave the sample as it is. */
function encoded(dialect: Dialect, chunks: readonly Json[]): Buffer {
  try {
    return streamOf(dialect, chunks);
  } catch {
    return streamOf(dialect, chunksOf());
  }
}

const PAYLOAD = /^(?:data: ?)?(?=\{)/;

/** The text of a stream with its payloads spoilt, as one list, and put back where they were. Lines that are no JSON stay. */
export function respelled(text: string, spoiling: Spoiling): string {
  if (spoiling.edits.length === 0) return text;
  const lines = text.split('\n');
  const places = lines.flatMap((line, index) => (payloadOf(line) === null ? [] : [index]));
  const spoilt = edited(
    places.map((place) => payloadOf(lines[place] ?? '')),
    spoiling,
  );
  if (!Array.isArray(spoilt)) return `data: ${jsonBytes(spoilt).toString()}\n\n`;
  places.forEach((place, index) => {
    const [prefix = ''] = PAYLOAD.exec(lines[place] ?? '') ?? [];
    lines[place] = prefix + jsonBytes(spoilt[index]).toString();
  });
  return lines.join('\n');
}

function payloadOf(line: string): Json | null {
  if (!PAYLOAD.test(line)) return null;
  try {
    return JSON.parse(line.replace(PAYLOAD, '')) as Json;
  } catch {
    return null;
  }
}
