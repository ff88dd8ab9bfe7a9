import { isObject, objectAt, type Json } from '../json/json.js';
import { urlOfSource } from '../to-anthropic/media.js';

/** An Anthropic block as a chat content part; one without a counterpart passes unchanged. */
export function chatPartOf(block: Json, field: string): Json {
  const { type } = block;
  if (type !== 'image' && type !== 'document') return block;
  const source = objectAt(block['source'], `${field}.source`, 'request');
  const url = urlOfSource(source);
  const mark = block['cache_control'] === undefined ? {} : { cache_control: block['cache_control'] };
  if (type === 'image' && url !== undefined) return { type: 'image_url', image_url: { url }, ...mark };
  const file = fileOf(block, source, url);
  return file === undefined ? block : { type: 'file', file, ...mark };
}

function fileOf(block: Json, source: Json, url: string | undefined): Json | undefined {
  const details = {
    ...(typeof block['title'] === 'string' && { filename: block['title'] }),
    ...(typeof block['context'] === 'string' && { context: block['context'] }),
    ...(isObject(block['citations']) && { citations: block['citations'] }),
  };
  if (typeof source['file_id'] === 'string') return { file_id: source['file_id'], ...details };
  if (url === undefined) return undefined;
  return url.startsWith('data:') ? { file_data: url, ...details } : { file_id: url, ...details };
}
