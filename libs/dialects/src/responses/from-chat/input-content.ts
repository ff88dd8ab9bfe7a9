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

/**
 * The content of a message that is not the model's own: a string, or parts.
 * Cache marks are left out, as OpenAI finds by itself what to cache; a part that we do not know passes unchanged.
 */
export function inputContentOf(content: unknown, field: string, refusals: Refusals): string | Json[] {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw wrongType('request', field, 'a string or a list of parts');
  return content.map((value, index) => inputPart(value, `${field}[${index}]`, refusals)).filter(isObject);
}

function inputPart(value: unknown, field: string, refusals: Refusals): Json | undefined {
  const part = objectAt(value, field, 'request');
  const type = stringAt(part['type'], `${field}.type`, 'request');
  if (type === 'text')
    return { type: 'input_text', text: stringAt(part['text'], `${field}.text`, 'request') };
  if (type === 'image_url') return inputImage(part['image_url'], `${field}.image_url`);
  if (type === 'file') return inputFile(objectAt(part['file'], `${field}.file`, 'request'));
  if (!refusals.foreignParts.has(type)) return part;
  refusals.refuse(field, `content of type '${type}'`);
  return undefined;
}

function inputImage(image: unknown, field: string): Json {
  const url = isObject(image) ? image['url'] : image;
  return present({
    type: 'input_image',
    image_url: stringAt(url, isObject(image) ? `${field}.url` : field, 'request'),
    detail: isObject(image) ? (image['detail'] ?? undefined) : undefined,
  });
}

/** Where a chat client has no place for a URL but the id, a response has one. */
function inputFile({ file_id: id, file_data: data, filename }: Json): Json {
  const isUrl = typeof id === 'string' && /^https?:/.test(id);
  return present({
    type: 'input_file',
    file_url: isUrl ? id : undefined,
    file_id: isUrl ? undefined : (id ?? undefined),
    file_data: data ?? undefined,
    filename: filename ?? undefined,
  });
}

/** What the model has said before: its text, its parts where there are several, or null where it said nothing. */
export function outputContentOf(message: Json, field: string, refusals: Refusals): string | Json[] | null {
  const { content } = message;
  const refusal = optionalString(message['refusal'], `${field}.refusal`, 'request') ?? '';
  const said = content ?? '';
  if (typeof said === 'string' && refusal === '') return said === '' ? null : said;
  const parts = typeof said === 'string' ? textParts(said) : said;
  if (!Array.isArray(parts)) throw wrongType('request', `${field}.content`, 'a string or a list of parts');
  const output = parts
    .map((value, index) => outputPart(value, `${field}.content[${index}]`, refusals))
    .filter(isObject);
  const all = refusal === '' ? output : [...output, { type: 'refusal', refusal }];
  return all.length === 0 ? null : all;
}

const textParts = (text: string): Json[] => (text === '' ? [] : [{ type: 'text', text }]);

function outputPart(value: unknown, field: string, refusals: Refusals): Json | undefined {
  const part = objectAt(value, field, 'request');
  const { type } = part;
  if (type === 'text')
    return { type: 'output_text', text: stringAt(part['text'], `${field}.text`, 'request') };
  if (type === 'refusal') return { type, refusal: stringAt(part['refusal'], `${field}.refusal`, 'request') };
  refusals.refuse(field, `the model's own content of type '${wordOf(type)}'`);
  return undefined;
}
