import type { Dialect } from '@tollgate/contracts';
import { endUserOf, flag, invalid } from './request-fields.js';

export type Json = Readonly<Record<string, unknown>>;

/** What ingress reads in a request of a dialect. */
export interface RequestRule {
  /** Throws `invalid_request` where something is missing that every provider needs. */
  readonly check: (body: Json) => void;
  /** Whether an answer is streamed that the request says nothing of; `path`: the path tells. */
  readonly stream: boolean | 'path';
  /** The caller wants to see the usage of a stream. */
  readonly includeUsage: (body: Json) => boolean;
  readonly endUser: (body: Json) => string | null;
  /** Where the request bounds its answer: the first that is there counts. */
  readonly caps: readonly (readonly string[])[];
  /** How many answers are wanted. */
  readonly answers: readonly string[];
  /** What the caller means that names no model (OpenAI's own default). */
  readonly defaultModel?: string;
}

const required =
  (field: string, what: string, isThere: (value: unknown) => boolean) =>
  (body: Json): void => {
    if (!isThere(body[field])) throw invalid(field, `'${field}' is required: ${what}`);
  };

const isFilled = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
const isFilledList = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

const messages = required('messages', 'a list of at least one message', isFilledList);
const prompt = required('prompt', 'a text', isFilled);
const input = required('input', 'a text, or a list', isFilled);
const file = (name: string) => required(name, 'a file, in a multipart/form-data body', isFilled);

/** Where a dialect says none of these. */
const PLAIN: RequestRule = {
  check: () => undefined,
  stream: false,
  includeUsage: () => true,
  endUser: (body) => endUserOf(body['user'], 'user'),
  caps: [],
  answers: [],
};

const OPENAI: RequestRule = { ...PLAIN, includeUsage };

/** Anthropic's streams always tell their usage; the end user is `metadata.user_id`. */
const MESSAGES: RequestRule = { ...PLAIN, check: messages, endUser: userOfMetadata, caps: [['max_tokens']] };

const RULES: Partial<Record<Dialect, RequestRule>> = {
  'openai-chat': {
    ...OPENAI,
    check: messages,
    caps: [['max_completion_tokens'], ['max_tokens']],
    answers: ['n'],
  },
  'openai-responses': {
    ...PLAIN,
    check: checkResponses,
    endUser: (body) => endUserOf(body['user'] ?? body['safety_identifier'], 'user'),
    caps: [['max_output_tokens']],
  },
  'openai-completions': { ...OPENAI, check: prompt, caps: [['max_tokens']], answers: ['n'] },
  'anthropic-messages': MESSAGES,
  'anthropic-count-tokens': { ...MESSAGES, caps: [] },
  'gemini-content': {
    ...PLAIN,
    check: required('contents', 'a list of at least one content', isFilled),
    stream: 'path',
    endUser: () => null,
    caps: [
      ['generationConfig', 'maxOutputTokens'],
      ['generation_config', 'max_output_tokens'],
    ],
    answers: ['generationConfig', 'candidateCount'],
  },
  'gemini-count-tokens': { ...PLAIN, stream: 'path' },
  'gemini-embed': { ...PLAIN, check: required('content', 'a content', isFilled), stream: 'path' },
  'gemini-batch-embed': { ...PLAIN, check: required('requests', 'a list', isFilledList), stream: 'path' },
  'bedrock-converse': { ...PLAIN, check: messages, stream: 'path', caps: [['inferenceConfig', 'maxTokens']] },
  'cohere-chat': { ...PLAIN, check: messages, caps: [['max_tokens']] },
  'cohere-embed': PLAIN,
  'cohere-rerank': { ...PLAIN, check: checkRerank },
  'jina-rerank': { ...PLAIN, check: checkRerank },
  'voyage-rerank': { ...PLAIN, check: checkRerank },
  'ollama-chat': { ...PLAIN, check: messages, stream: true, caps: [['options', 'num_predict']] },
  'ollama-generate': { ...PLAIN, stream: true, caps: [['options', 'num_predict']] },
  'ollama-embed': { ...PLAIN, check: input },
  'openai-embeddings': { ...PLAIN, check: input },
  'openai-moderations': { ...PLAIN, check: input, defaultModel: 'omni-moderation-latest' },
  'openai-images': { ...PLAIN, check: prompt, defaultModel: 'dall-e-2' },
  'openai-image-edits': { ...PLAIN, check: prompt, defaultModel: 'dall-e-2' },
  'openai-image-variations': { ...PLAIN, check: file('image'), defaultModel: 'dall-e-2' },
  'openai-speech': { ...PLAIN, check: input },
  'openai-transcriptions': { ...PLAIN, check: file('file') },
  'openai-translations': { ...PLAIN, check: file('file') },
};

/** Dialects that callers cannot speak have the plain one. */
export const ruleOf = (dialect: Dialect): RequestRule => RULES[dialect] ?? PLAIN;

function includeUsage(body: Json): boolean {
  const options = body['stream_options'];
  if (options === undefined || options === null) return false;
  if (typeof options !== 'object') throw invalid('stream_options', "'stream_options' must be an object");
  return flag((options as Json)['include_usage'], 'stream_options.include_usage');
}

function userOfMetadata(body: Json): string | null {
  const metadata = body['metadata'] ?? {};
  if (typeof metadata !== 'object') throw invalid('metadata', "'metadata' must be an object");
  return endUserOf((metadata as Json)['user_id'], 'metadata.user_id');
}

/** Stored prompts and conversations may stand in for the input. */
function checkResponses(body: Json): void {
  const others = ['input', 'prompt', 'previous_response_id', 'conversation'];
  if (!others.some((name) => isFilled(body[name])))
    throw invalid('input', "'input' is required: a text, or a list of items");
}

function checkRerank(body: Json): void {
  required('query', 'a text', isFilled)(body);
  required('documents', 'a list of at least one document', isFilledList)(body);
}

/** The number at a path of a body; what is no count is the provider's to judge. */
export function countAt(body: Json, path: readonly string[]): number | undefined {
  let value: unknown = body;
  for (const name of path)
    value = typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
  return path.length > 0 && Number.isSafeInteger(value) && (value as number) > 0
    ? (value as number)
    : undefined;
}
