import type { Dialect } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';

const CHARACTERS_PER_TOKEN = 4;

/** An image of unknown size: about what OpenAI and Anthropic charge for one of a megapixel. */
const IMAGE_TOKENS = 1000;

/** From here on (CJK, Hangul, kana and beyond) a character is about a token. */
const WIDE_FROM = 0x2e80;

/** Texts longer than this are sampled: an estimate need not read a book. */
const SAMPLE_CHARACTERS = 65_536;

/** Tokens of a text by its length: 4 characters a token, 1 for CJK. No tokenizer, so a fraction off, but linear and cheap. */
export function estimateTokens(text: string): number {
  return Math.ceil(weightOf(text) / CHARACTERS_PER_TOKEN);
}

/**
 * Tokens of a chat request's prompt: the text of all messages (tool calls and thinking included), the JSON of tools,
 * a flat number an image. For plain ASCII it is the characters divided by 4, rounded up once for the whole prompt.
 * Takes Anthropic-shaped requests too; never throws.
 */
export function estimatePromptTokens(request: Json): number {
  const messages = Array.isArray(request['messages']) ? request['messages'] : [];
  let weight = weightOfContent(request['system']);
  let images = 0;
  for (const message of messages) {
    if (!isObject(message)) continue;
    weight += weightOfContent(message['content']) + weightOfToolCalls(message['tool_calls']);
    if (typeof message['reasoning_content'] === 'string') weight += weightOf(message['reasoning_content']);
    images += imagesOf(message['content']);
  }
  if (Array.isArray(request['tools']) && request['tools'].length > 0)
    weight += weightOf(JSON.stringify(request['tools']));
  return Math.ceil(weight / CHARACTERS_PER_TOKEN) + images * IMAGE_TOKENS;
}

/** What is read to the model, in dialects that have it elsewhere than in `messages`. */
const READ_FIELDS: Partial<Record<Dialect, readonly string[]>> = {
  'openai-responses': ['instructions', 'input', 'tools', 'text'],
  'openai-completions': ['prompt', 'suffix'],
  'gemini-content': ['contents', 'systemInstruction', 'system_instruction', 'tools'],
  'ollama-generate': ['system', 'prompt', 'suffix'],
  'openai-embeddings': ['input'],
  'gemini-embed': ['content'],
  'gemini-batch-embed': ['requests'],
  'cohere-embed': ['texts', 'inputs'],
  'ollama-embed': ['input'],
  'cohere-rerank': ['query', 'documents'],
  'jina-rerank': ['query', 'documents'],
  'voyage-rerank': ['query', 'documents'],
  'openai-moderations': ['input'],
  'openai-images': ['prompt'],
  'openai-image-edits': ['prompt'],
  'openai-speech': ['input', 'instructions'],
};

/** The same for a request of any dialect. */
export function estimateRequestTokens(request: Json, dialect: Dialect): number {
  const fields = READ_FIELDS[dialect];
  if (fields === undefined) return estimatePromptTokens(request);
  let weight = 0;
  for (const field of fields) weight += weightOfAll(request[field]);
  return Math.ceil(weight / CHARACTERS_PER_TOKEN);
}

/** Members that hold files and images, in whatever dialect. */
const DATA_FIELDS: ReadonlySet<string> = new Set(['data', 'file_data', 'image_url', 'url', 'bytes']);

/** All texts at any depth; a number in a list is a token. */
function weightOfAll(value: unknown, name = ''): number {
  if (typeof value === 'string')
    return DATA_FIELDS.has(name) ? IMAGE_TOKENS * CHARACTERS_PER_TOKEN : weightOf(value);
  if (Array.isArray(value)) {
    let weight = 0;
    for (const item of value as unknown[])
      weight += typeof item === 'number' ? CHARACTERS_PER_TOKEN : weightOfAll(item);
    return weight;
  }
  if (!isObject(value)) return 0;
  let weight = 0;
  for (const member in value) weight += weightOfAll(value[member], member);
  return weight;
}

/** Characters, the wide ones counted four times. */
function weightOf(text: string): number {
  const sampled = Math.min(text.length, SAMPLE_CHARACTERS);
  let wide = 0;
  for (let index = 0; index < sampled; index += 1) {
    if (text.charCodeAt(index) >= WIDE_FROM) wide += 1;
  }
  const allWide = sampled === 0 ? 0 : Math.round((wide / sampled) * text.length);
  return text.length + allWide * (CHARACTERS_PER_TOKEN - 1);
}

function weightOfContent(content: unknown): number {
  if (typeof content === 'string') return weightOf(content);
  if (!Array.isArray(content)) return 0;
  let weight = 0;
  for (const part of content) weight += isObject(part) ? weightOfPart(part) : 0;
  return weight;
}

function weightOfPart(part: Json): number {
  if (typeof part['text'] === 'string') return weightOf(part['text']);
  if (typeof part['thinking'] === 'string') return weightOf(part['thinking']);
  if (part['type'] === 'tool_use' && isObject(part['input'])) return weightOf(JSON.stringify(part['input']));
  return part['type'] === 'tool_result' ? weightOfContent(part['content']) : 0;
}

function weightOfToolCalls(calls: unknown): number {
  if (!Array.isArray(calls)) return 0;
  let weight = 0;
  for (const call of calls) {
    const target = isObject(call) ? call['function'] : undefined;
    if (!isObject(target)) continue;
    if (typeof target['name'] === 'string') weight += weightOf(target['name']);
    if (typeof target['arguments'] === 'string') weight += weightOf(target['arguments']);
  }
  return weight;
}

function imagesOf(content: unknown): number {
  if (!Array.isArray(content)) return 0;
  let images = 0;
  for (const part of content) {
    if (isObject(part) && (part['type'] === 'image_url' || part['type'] === 'image')) images += 1;
  }
  return images;
}
