import { dataOfUrl } from '../data-url.js';
import type { Json } from '../json/json.js';

/** An Anthropic `source` for a URL; a data URL becomes base64 (texts plain). */
export function sourceOfUrl(url: string): Json {
  const inline = dataOfUrl(url);
  if (inline === null) return { type: 'url', url };
  const { mediaType, data } = inline;
  return mediaType.startsWith('text/')
    ? { type: 'text', media_type: 'text/plain', data: Buffer.from(data, 'base64').toString('utf8') }
    : { type: 'base64', media_type: mediaType, data };
}

/** A document rather than an image: an image block refuses PDFs and texts. */
export function isDocumentSource(source: Json): boolean {
  const mediaType = source['media_type'];
  if (source['type'] === 'text' || mediaType === 'application/pdf') return true;
  return typeof source['url'] === 'string' && /\.pdf(?:[?#]|$)/i.test(source['url']);
}

/** The URL form of an Anthropic `source`, or undefined for one that has none (a file id, a list of blocks). */
export function urlOfSource(source: Json): string | undefined {
  const { type, url, data, media_type: mediaType } = source;
  if (type === 'url' && typeof url === 'string') return url;
  if (typeof data !== 'string' || typeof mediaType !== 'string') return undefined;
  if (type === 'base64') return `data:${mediaType};base64,${data}`;
  return type === 'text' ? `data:${mediaType};base64,${Buffer.from(data).toString('base64')}` : undefined;
}
