import { dataOfUrl } from '../../data-url.js';
import { isObject, objectAt, stringAt, wrongType, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { mediaTypeOf } from '../media-type.js';

/**
 * The content of a chat message as Gemini's parts. Empty texts, which Gemini refuses, are left out; parts that we have never
 * heard of pass unchanged.
 */
export function partsOf(content: unknown, field: string): Json[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }];
  if (!Array.isArray(content)) throw wrongType('request', field, 'a string or a list of parts');
  return content
    .map((part, index) => partOf(objectAt(part, `${field}[${index}]`, 'request'), `${field}[${index}]`))
    .filter(({ text }) => text !== '');
}

function partOf(part: Json, field: string): Json {
  switch (part['type']) {
    case 'text':
      return { text: stringAt(part['text'], `${field}.text`, 'request') };
    case 'refusal':
      return { text: stringAt(part['refusal'], `${field}.refusal`, 'request') };
    case 'image_url':
      return linkedPart(part['image_url'], `${field}.image_url`, 'image/jpeg');
    case 'video_url':
      return linkedPart(part['video_url'], `${field}.video_url`, 'video/mp4');
    case 'input_audio':
      return audioPart(
        objectAt(part['input_audio'], `${field}.input_audio`, 'request'),
        `${field}.input_audio`,
      );
    case 'file':
      return filePart(objectAt(part['file'], `${field}.file`, 'request'), `${field}.file`);
    default:
      return part;
  }
}

/** How closely an image is looked at (`detail`) is the model's own measure. */
function linkedPart(link: unknown, field: string, fallback: string): Json {
  const { url, format } = isObject(link) ? link : { url: link, format: undefined };
  return partOfUrl(stringAt(url, isObject(link) ? `${field}.url` : field, 'request'), format, fallback);
}

/** The part of a data URL or of a URL that Google fetches itself. */
export function partOfUrl(url: string, format: unknown, fallback: string): Json {
  const told = typeof format === 'string' ? format : undefined;
  const inline = dataOfUrl(url);
  if (inline !== null) return { inlineData: { mimeType: told ?? inline.mediaType, data: inline.data } };
  return { fileData: { mimeType: told ?? mediaTypeOf(url, fallback), fileUri: url } };
}

function audioPart({ data, format }: Json, field: string): Json {
  const name = stringAt(format, `${field}.format`, 'request');
  const mimeType = name.includes('/') ? name : `audio/${name === 'mp3' ? 'mpeg' : name}`;
  return { inlineData: { mimeType, data: stringAt(data, `${field}.data`, 'request') } };
}

function filePart(file: Json, field: string): Json {
  const { file_data: data, file_id: id, filename, format, video_metadata: videoMetadata } = file;
  const fallback = mediaTypeOf(typeof filename === 'string' ? filename : '', 'application/pdf');
  const extra = present({ videoMetadata });
  if (typeof data === 'string') {
    // Bare base64 is what some clients send for the PDFs that the parameter was made for.
    if (data.startsWith('data:')) return { ...partOfUrl(data, format, fallback), ...extra };
    return { inlineData: { mimeType: typeof format === 'string' ? format : fallback, data }, ...extra };
  }
  if (typeof id === 'string') return { ...partOfUrl(id, format, fallback), ...extra };
  throw wrongType('request', field, 'an object with file_data or file_id');
}
