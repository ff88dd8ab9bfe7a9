import { isObject, objectAt, optionalString, stringAt, wrongType, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { wordTable } from '../json/word-table.js';

/** Ollama's `format` from a chat request: the schema itself, or `json`. */
function formatOf(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  const format = objectAt(value, 'response_format', 'request');
  const type = stringAt(format['type'], 'response_format.type', 'request');
  if (type === 'text') return undefined;
  if (type === 'json_object') return 'json';
  if (type !== 'json_schema')
    throw wrongType('request', 'response_format.type', 'text, json_object or json_schema');
  const definition = objectAt(format['json_schema'], 'response_format.json_schema', 'request');
  return definition['schema'] ?? 'json';
}

/** The inverse. NOTE Ollama's Python client sends an empty text for no format. */
export function responseFormatOf(format: unknown): Json | undefined {
  if (format === undefined || format === null || format === '') return undefined;
  if (format === 'json') return { type: 'json_object' };
  const schema = objectAt(format, 'format', 'request');
  return { type: 'json_schema', json_schema: { name: 'answer', schema } };
}

/** Ollama's words for effort, which are `gpt-oss`'s. */
const LEVELS: Readonly<Record<string, string>> = wordTable({
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
});

/** Ollama's `think` from a chat request. Only some models know levels; the others think or do not. */
function thinkOf(request: Json, model: string): unknown {
  if (request['think'] !== undefined && request['think'] !== null) return request['think'];
  const { thinking } = request;
  if (isObject(thinking)) return thinking['type'] !== 'disabled';
  const effort = optionalString(request['reasoning_effort'], 'reasoning_effort', 'request');
  if (effort === undefined || effort === 'default') return undefined;
  if (effort === 'none') return false;
  if (LEVELS[effort] === undefined)
    throw wrongType('request', 'reasoning_effort', ['none', 'default', ...Object.keys(LEVELS)].join(', '));
  return model.includes('gpt-oss') ? LEVELS[effort] : true;
}

/** The inverse. */
export function effortOf(think: unknown): string | undefined {
  if (think === undefined || think === null || think === '') return undefined;
  if (think === true) return 'medium';
  if (think === false) return 'none';
  return stringAt(think, 'think', 'request');
}

const DATA_URL = /^data:[^,]*;base64,/;

/** The bare base64 of an image; undefined for one that is somewhere else. */
export function imageOf(url: string): string | undefined {
  const match = DATA_URL.exec(url);
  return match === null ? undefined : url.slice(match[0].length);
}

/** First letters of the base64 of each kind of image. */
const MEDIA_TYPES: readonly (readonly [string, string])[] = [
  ['/9j/', 'image/jpeg'],
  ['R0lG', 'image/gif'],
  ['UklG', 'image/webp'],
  ['Qk0', 'image/bmp'],
];

/** A content part of Ollama's bare base64. */
export function imagePart(value: unknown, field: string): Json {
  const image = stringAt(value, field, 'request');
  const mediaType = MEDIA_TYPES.find(([start]) => image.startsWith(start))?.[1] ?? 'image/png';
  const url = DATA_URL.test(image) ? image : `data:${mediaType};base64,${image}`;
  return { type: 'image_url', image_url: { url } };
}

/** Fields that both of Ollama's chat endpoints have, from a chat request. */
export const sharedFieldsOf = (request: Json, model: string): Json =>
  present({ format: formatOf(request['response_format']), think: thinkOf(request, model) });
