import { isObject, objectAt, stringAt, wrongType, type Json } from '../json/json.js';
import { isDocumentSource, sourceOfUrl } from './media.js';
import type { Refusals } from '../refusals.js';

/** Parts that Anthropic has no block for. */
export const WITHOUT_BLOCK: ReadonlySet<string> = new Set(['input_audio', 'video_url']);

/**
 * The content of a chat message as Anthropic blocks. Anthropic refuses blank text blocks, so they are left out. Parts that
 * are Anthropic's own, or that we have never heard of, pass unchanged.
 */
export function blocksOf(content: unknown, field: string, refusals: Refusals): Json[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return isBlank(content) ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw wrongType('request', field, 'a string or a list of parts');
  return content.map((part, index) => blockOf(part, `${field}[${index}]`, refusals)).filter(isObject);
}

export const isBlank = (text: string): boolean => text.trim() === '';

function blockOf(value: unknown, field: string, refusals: Refusals): Json | undefined {
  const part = objectAt(value, field, 'request');
  const type = stringAt(part['type'], `${field}.type`, 'request');
  if (type === 'text') {
    const text = stringAt(part['text'], `${field}.text`, 'request');
    return isBlank(text) ? undefined : part;
  }
  if (type === 'refusal')
    return { type: 'text', text: stringAt(part['refusal'], `${field}.refusal`, 'request') };
  if (type === 'image_url') return withCache(part, imageBlock(part['image_url'], `${field}.image_url`));
  if (type === 'file') return withCache(part, fileBlock(part, field));
  if (refusals.foreignParts.has(type)) {
    refusals.refuse(field, `content of type '${type}'`);
    return undefined;
  }
  return part;
}

function withCache(part: Json, block: Json): Json {
  return part['cache_control'] === undefined ? block : { ...block, cache_control: part['cache_control'] };
}

function imageBlock(image: unknown, field: string): Json {
  const url = isObject(image) ? image['url'] : image;
  const source = sourceOfUrl(stringAt(url, isObject(image) ? `${field}.url` : field, 'request'));
  return { type: isDocumentSource(source) ? 'document' : 'image', source };
}

function fileBlock(part: Json, field: string): Json {
  const file = objectAt(part['file'], `${field}.file`, 'request');
  const source = fileSource(file, `${field}.file`);
  const mediaType = source['media_type'];
  if (typeof mediaType === 'string' && mediaType.startsWith('image/')) return { type: 'image', source };
  return {
    type: 'document',
    source,
    ...(typeof file['filename'] === 'string' && { title: file['filename'] }),
    ...(typeof file['context'] === 'string' && { context: file['context'] }),
    ...(isObject(file['citations']) && { citations: file['citations'] }),
  };
}

function fileSource(file: Json, field: string): Json {
  const data = file['file_data'];
  if (typeof data === 'string') {
    // Bare base64 is what some clients send for the PDFs that the parameter was made for.
    return data.startsWith('data:')
      ? sourceOfUrl(data)
      : { type: 'base64', media_type: formatOf(file), data };
  }
  const id = file['file_id'];
  if (typeof id === 'string')
    return /^(?:https?|s3):/.test(id) ? { type: 'url', url: id } : { type: 'file', file_id: id };
  throw wrongType('request', field, 'an object with file_data or file_id');
}

const formatOf = (file: Json): string =>
  typeof file['format'] === 'string' ? file['format'] : 'application/pdf';
