import type { IncomingHttpHeaders } from 'node:http';
import { checkStorable } from '../http/storable-text.js';
import { flag, invalid } from './request-fields.js';

/** What a caller may ask of the gateway itself, in LiteLLM's fields and headers. */
export interface CallWishes {
  timeoutMs?: number;
  streamTimeoutMs?: number;
  numRetries?: number;
  disableFallbacks?: boolean;
}

const MAX_SECONDS = 86_400;
const MAX_RETRIES = 100;
const MAX_TAGS = 64;
const MAX_TAG_LENGTH = 256;

type Body = Readonly<Record<string, unknown>>;

/** Headers win over body fields. Throws `invalid_request` naming the header or field. */
export function readWishes(headers: IncomingHttpHeaders, body: Body): CallWishes {
  const timeoutMs =
    seconds(headers['x-litellm-timeout'], 'x-litellm-timeout') ??
    seconds(body['timeout'], 'timeout') ??
    seconds(body['request_timeout'], 'request_timeout');
  const streamTimeoutMs =
    seconds(headers['x-litellm-stream-timeout'], 'x-litellm-stream-timeout') ??
    seconds(body['stream_timeout'], 'stream_timeout');
  const numRetries =
    retries(headers['x-litellm-num-retries'], 'x-litellm-num-retries') ??
    retries(body['num_retries'], 'num_retries');
  const wishes: CallWishes = {};
  if (timeoutMs !== undefined) wishes.timeoutMs = timeoutMs;
  if (streamTimeoutMs !== undefined) wishes.streamTimeoutMs = streamTimeoutMs;
  if (numRetries !== undefined) wishes.numRetries = numRetries;
  if (flag(body['disable_fallbacks'], 'disable_fallbacks')) wishes.disableFallbacks = true;
  return wishes;
}

/** Seconds, as a number or its text, in milliseconds. */
function seconds(value: unknown, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const amount = numberOf(value);
  if (!(amount > 0 && amount <= MAX_SECONDS))
    throw invalid(param, `'${param}' must be a number of seconds above 0 and at most ${MAX_SECONDS}`);
  return Math.ceil(amount * 1_000);
}

function retries(value: unknown, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const amount = numberOf(value);
  if (!Number.isInteger(amount) || amount < 0 || amount > MAX_RETRIES)
    throw invalid(param, `'${param}' must be a whole number from 0 to ${MAX_RETRIES}`);
  return amount;
}

const numberOf = (value: unknown): number => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
};

/** Tags of the key, of body `tags` and `metadata.tags`, and of `x-litellm-tags`; each once. */
export function readTags(headers: IncomingHttpHeaders, body: Body, ofKey: readonly string[]): string[] {
  const header = headers['x-litellm-tags'];
  const { tags, metadata } = body;
  if (header === undefined && tags === undefined && metadata === undefined) return [...ofKey];
  const inMetadata =
    typeof metadata === 'object' && metadata !== null ? (metadata as Body)['tags'] : undefined;
  const fromHeader = typeof header === 'string' ? header.split(',').map((tag) => tag.trim()) : [];
  const all = new Set([
    ...ofKey,
    ...tagList(tags, 'tags'),
    ...tagList(inMetadata, 'metadata.tags'),
    ...fromHeader,
  ]);
  all.delete('');
  if (all.size > MAX_TAGS || [...all].some((tag) => tag.length > MAX_TAG_LENGTH))
    throw invalid('tags', `A call may have ${MAX_TAGS} tags of at most ${MAX_TAG_LENGTH} characters`);
  const sent = [...all];
  checkStorable({ tags: sent.join('') });
  return sent;
}

function tagList(value: unknown, param: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((tag) => typeof tag !== 'string'))
    throw invalid(param, `'${param}' must be a list of strings`);
  return value as string[];
}
