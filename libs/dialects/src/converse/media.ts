import { isObject, objectAt, stringAt, type Json } from '../json/json.js';
import { wordTable } from '../json/word-table.js';
import { sourceOfUrl } from '../to-anthropic/media.js';

/** Converse's names of formats where they are not the second half of the media type. */
const FORMATS: Readonly<Record<string, string>> = wordTable({
  'text/plain': 'txt',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'video/x-matroska': 'mkv',
  'video/quicktime': 'mov',
  'video/x-flv': 'flv',
  'video/x-ms-wmv': 'wmv',
  'video/3gpp': 'three_gp',
});

const MEDIA_TYPES: Readonly<Record<string, string>> = wordTable({
  ...Object.fromEntries(Object.entries(FORMATS).map(([mediaType, format]) => [format, mediaType])),
  pdf: 'application/pdf',
  csv: 'text/csv',
  html: 'text/html',
});

const SAME_FORMAT: Readonly<Record<string, string>> = wordTable({ jpg: 'jpeg', '3gp': 'three_gp' });

const formatOf = (mediaType: string): string => FORMATS[mediaType] ?? mediaType.replace(/^[^/]*\//, '');

/** The media type of one of Converse's formats; `kind` is the first half where the format is its second. */
export const mediaTypeOf = (kind: string, format: string): string =>
  MEDIA_TYPES[format] ?? `${kind}/${format}`;

/** What a name ends with, as a format; undefined where it ends with none. */
export function formatOfName(name: string): string | undefined {
  const ending = /\.([a-z0-9]{2,5})$/i.exec(name)?.[1]?.toLowerCase();
  return ending === undefined ? undefined : (SAME_FORMAT[ending] ?? ending);
}

/** Converse's `format` and `source` of an Anthropic source; undefined for one whose bytes are elsewhere: S3 alone is read. */
export function mediaOf(source: Json, field: string): Json | undefined {
  const { type, url } = source;
  if (typeof url === 'string' && url.startsWith('s3://')) {
    return { format: formatOfName(url) ?? 'pdf', source: { s3Location: { uri: url } } };
  }
  if (type === 'url' || type === 'file' || type === 'content') return undefined;
  const data = stringAt(source['data'], `${field}.data`, 'request');
  const bytes = type === 'text' ? Buffer.from(data).toString('base64') : data;
  return {
    format: formatOf(stringAt(source['media_type'], `${field}.media_type`, 'request')),
    source: { bytes },
  };
}

/** The same of a part with a URL in a field of its own, as videos have it. */
export function mediaOfUrl(value: unknown, field: string): Json | undefined {
  const url = isObject(value) ? value['url'] : value;
  return mediaOf(sourceOfUrl(stringAt(url, field, 'request')), field);
}

/** The URL of Converse's media: a data URL, or where it is in S3; undefined for a source of another kind. */
export function urlOfMedia(kind: string, media: Json, field: string): string | undefined {
  const source = objectAt(media['source'], `${field}.source`, 'request');
  const place = source['s3Location'];
  if (isObject(place)) return stringAt(place['uri'], `${field}.source.s3Location.uri`, 'request');
  const mediaType = mediaTypeOf(kind, stringAt(media['format'], `${field}.format`, 'request'));
  if (typeof source['text'] === 'string') {
    return `data:${mediaType};base64,${Buffer.from(source['text']).toString('base64')}`;
  }
  return typeof source['bytes'] === 'string' ? `data:${mediaType};base64,${source['bytes']}` : undefined;
}
