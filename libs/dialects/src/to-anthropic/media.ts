import type { Json } from '../json/json.js';

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/;

/** An Anthropic `source` for a URL; a data URL becomes base64 (texts plain). */
export function sourceOfUrl(url: string): Json {
  const match = DATA_URL.exec(url);
  if (match === null) return { type: 'url', url };
  const mediaType = match[1] === undefined || match[1] === '' ? 'text/plain' : match[1];
  const isBase64 = (match[2] ?? '').includes(';base64');
  const payload = url.slice(match[0].length);
  if (mediaType.startsWith('text/')) {
    const text = isBase64 ? Buffer.from(payload, 'base64').toString('utf8') : unescaped(payload);
    return { type: 'text', media_type: 'text/plain', data: text };
  }
  return { type: 'base64', media_type: mediaType, data: payload };
}

/** Percent escapes decoded; a text that only looks as if it had some stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
