import { isObject, objectAt, stringAt, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { wordTable } from '../../json/word-table.js';
import { fieldAt } from '../fields.js';
import { mediaTypeOf } from '../media-type.js';

/** One of Gemini's parts as a chat content part; undefined for what only Gemini's own tools have a use for. */
export function chatPartOf(part: Json, field: string): Json | undefined {
  const text = part['text'];
  if (text !== undefined && text !== null) {
    return text === '' ? undefined : { type: 'text', text: stringAt(text, `${field}.text`, 'request') };
  }
  const video = fieldAt(part, 'videoMetadata');
  const inline = fieldAt(part, 'inlineData');
  if (isObject(inline)) return inlinePart(inline, `${field}.inlineData`, video);
  const file = fieldAt(part, 'fileData');
  return file === undefined
    ? undefined
    : linkedPart(objectAt(file, `${field}.fileData`, 'request'), `${field}.fileData`, video);
}

const AUDIO_FORMATS: Readonly<Record<string, string>> = wordTable({
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mp3': 'mp3',
  'audio/mpeg': 'mp3',
});

function inlinePart(inline: Json, field: string, video: unknown): Json {
  const mimeType = stringAt(fieldAt(inline, 'mimeType'), `${field}.mimeType`, 'request');
  const data = stringAt(inline['data'], `${field}.data`, 'request');
  const url = `data:${mimeType};base64,${data}`;
  if (mimeType.startsWith('image/')) return { type: 'image_url', image_url: { url } };
  const format = AUDIO_FORMATS[mimeType];
  if (format !== undefined) return { type: 'input_audio', input_audio: { data, format } };
  const filename = fieldAt(inline, 'displayName');
  return { type: 'file', file: { file_data: url, ...present({ filename, video_metadata: video }) } };
}

/** The media type goes with a link that does not tell it. */
function linkedPart(link: Json, field: string, video: unknown): Json {
  const url = stringAt(fieldAt(link, 'fileUri'), `${field}.fileUri`, 'request');
  const mimeType = fieldAt(link, 'mimeType');
  const isImage = typeof mimeType === 'string' && mimeType.startsWith('image/');
  const told = mediaTypeOf(url, isImage ? 'image/jpeg' : 'application/pdf');
  const format = typeof mimeType === 'string' && mimeType !== told ? mimeType : undefined;
  if (isImage) return { type: 'image_url', image_url: { url, ...present({ format }) } };
  const filename = fieldAt(link, 'displayName');
  return { type: 'file', file: { file_id: url, ...present({ format, filename, video_metadata: video }) } };
}
