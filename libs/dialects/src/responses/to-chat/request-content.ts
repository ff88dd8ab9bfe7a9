import {
  isObject,
  objectAt,
  optionalString,
  stringAt,
  wrongType,
  type Json,
  wordOf,
} from '../../json/json.js';
import { present } from '../../json/present.js';
import type { Refusals } from '../../refusals.js';

/** The content of an item as that of a chat message. A lone text is a string, which every provider takes. */
export function chatContentOf(content: unknown, field: string, refusals: Refusals): string | Json[] {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw wrongType('request', field, 'a string or a list of parts');
  const parts = content
    .map((value, index) => chatPartOf(value, `${field}[${index}]`, refusals))
    .filter(isObject);
  const only = parts.length === 1 ? parts[0] : undefined;
  const isPlain = only?.['type'] === 'text' && only['cache_control'] === undefined;
  return isPlain ? wordOf(only['text']) : parts;
}

function chatPartOf(value: unknown, field: string, refusals: Refusals): Json | undefined {
  const part = objectAt(value, field, 'request');
  const type = stringAt(part['type'], `${field}.type`, 'request');
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: stringAt(part['text'], `${field}.text`, 'request'), ...cacheMark(part) };
    case 'refusal':
      return { type, refusal: stringAt(part['refusal'], `${field}.refusal`, 'request') };
    case 'input_image':
      return imagePart(part, field, refusals);
    case 'input_file':
      return { type: 'file', file: fileOf(part, field), ...cacheMark(part) };
    case 'input_audio':
      return part;
    default:
      refusals.refuse(field, `content of type '${type}'`);
      return undefined;
  }
}

/** What ends here is cached: OpenAI's mark in the words of those that know it from Anthropic. */
const cacheMark = ({ prompt_cache_breakpoint: mark }: Json): Json =>
  mark === undefined || mark === null ? {} : { cache_control: { type: 'ephemeral' } };

function imagePart(part: Json, field: string, refusals: Refusals): Json | undefined {
  const url = optionalString(part['image_url'], `${field}.image_url`, 'request');
  if (url === undefined) {
    // A chat's images have no ids.
    refusals.refuse(`${field}.file_id`, 'an image by its id');
    return undefined;
  }
  const detail = optionalString(part['detail'], `${field}.detail`, 'request');
  return { type: 'image_url', image_url: present({ url, detail }), ...cacheMark(part) };
}

function fileOf(part: Json, field: string): Json {
  const { file_url: url, file_id: id, file_data: data, filename } = part;
  const reference = url ?? id ?? undefined;
  if (reference === undefined && data === undefined)
    throw wrongType('request', field, 'a file with file_data, file_url or file_id');
  return present({
    file_id: reference === undefined ? undefined : stringAt(reference, `${field}.file_id`, 'request'),
    file_data: optionalString(data, `${field}.file_data`, 'request'),
    filename: optionalString(filename, `${field}.filename`, 'request'),
  });
}
