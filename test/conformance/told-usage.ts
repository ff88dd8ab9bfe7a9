import type { Usage } from '@tollgate/contracts';
import {
  SseDecoder,
  usageOfChat,
  usageOfCohere,
  usageOfConverse,
  usageOfGemini,
  usageOfMessage,
  type Json,
} from '@tollgate/dialects';
import { isObject, listOf } from './checks.js';
import { eventStreamPayloads } from './event-stream.js';
import type { Recording } from './recordings.js';

export type UsageShape = 'chat' | 'responses' | 'embeddings' | 'message' | 'gemini' | 'converse' | 'cohere';

/** What a recorded answer tells of its own bill. */
export interface ToldUsage {
  readonly shape: UsageShape;
  readonly model: string;
  /** The answer, as far as it matters: its model and its whole usage, of a stream too. */
  readonly answer: Json;
  /** Our counts; null: we find none. */
  readonly usage: Usage | null;
}

const SHAPES: Readonly<Record<string, UsageShape>> = {
  'chat.completions': 'chat',
  completions: 'chat',
  responses: 'responses',
  embeddings: 'embeddings',
  messages: 'message',
  'gemini.generateContent': 'gemini',
  'gemini.streamGenerateContent': 'gemini',
  'bedrock.converse': 'converse',
  'bedrock.converseStream': 'converse',
  'bedrock.invoke': 'message',
  'bedrock.invokeStream': 'message',
  'cohere.chat': 'cohere',
};

/** The recorded APIs whose answers tell what they are billed for. */
export const BILLED_APIS: ReadonlySet<string> = new Set(Object.keys(SHAPES));

const READERS: Readonly<Record<UsageShape, (raw: unknown) => Usage | null>> = {
  chat: usageOfChat,
  responses: usageOfChat,
  embeddings: usageOfChat,
  message: usageOfMessage,
  gemini: usageOfGemini,
  converse: usageOfConverse,
  cohere: usageOfCohere,
};

/** null: no usage is told (an error, a stream that was not asked for it), or not of which model. */
export function toldUsage(recording: Recording): ToldUsage | null {
  if (recording.status !== 200) return null;
  const parts = payloadsOf(recording).filter(isObject).flatMap(partsOf);
  const field = recording.api.startsWith('gemini.') ? 'usageMetadata' : 'usage';
  const usages = parts.map((part) => part[field]).filter(isObject);
  const last = usages.at(-1);
  const model = modelOf(recording, parts);
  if (last === undefined || model === null) return null;
  const shape = shapeOf(recording, last);
  // The usage of a message's stream comes in two parts, of any other stream it is whole each time.
  const raw = shape === 'message' ? (Object.assign({}, ...usages) as Json) : last;
  return { shape, model, answer: { model, modelVersion: model, [field]: raw }, usage: READERS[shape](raw) };
}

function shapeOf({ api }: Recording, raw: Json): UsageShape {
  const shape = SHAPES[api] ?? 'chat';
  // NOTE Amazon's own models tell the usage of InvokeModel as Converse does.
  return shape === 'message' && raw['inputTokens'] !== undefined ? 'converse' : shape;
}

function payloadsOf({ response, isStream, api }: Recording): unknown[] {
  if (isStream && api.startsWith('bedrock.') && response[0] === 0) return eventStreamPayloads(response);
  const text = response.toString('utf8').trim();
  if (/^[[{]/.test(text)) return jsonOf(text) ?? text.split('\n').flatMap((line) => jsonOf(line) ?? []);
  const decoder = new SseDecoder();
  return [...decoder.push(response), ...decoder.flush()].flatMap(({ data }) => jsonOf(data) ?? []);
}

/** NOTE some payloads were recorded as what is no JSON, some streams as a line for each event. */
function jsonOf(text: string): unknown[] | undefined {
  try {
    return [JSON.parse(text) as unknown].flat();
  } catch {
    return undefined;
  }
}

/** A payload, and what it wraps: an answer in an event, the end of Cohere's and Bedrock's streams. */
function partsOf(payload: Json): Json[] {
  const { response, message, delta, metadata, x_groq: groq } = payload;
  return [payload, ...listOf([response, message, delta, metadata, groq])];
}

function modelOf(recording: Recording, parts: readonly Json[]): string | null {
  const told = parts
    .map((part) => part['modelVersion'] ?? part['model'])
    .find((name) => typeof name === 'string');
  const model = told ?? modelAsked(recording);
  return typeof model === 'string' && model !== '' ? model : null;
}

/** The model that was asked for: a gateway's price is that of its deployment. Null where there is no request. */
export function modelAsked({ url, request }: Recording): string | null {
  const inUrl = /\/(?:models?|deployments)\/([^/?]+?)(?::[a-zA-Z]+)?(?:[/?]|$)/.exec(url)?.[1];
  const inBody = listOf(jsonOf(request))[0]?.['model'];
  if (inUrl !== undefined) return decodeURIComponent(inUrl);
  return typeof inBody === 'string' && inBody !== '' ? inBody : null;
}
