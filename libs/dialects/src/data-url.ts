const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/;

interface InlineData {
  readonly mediaType: string;
  /** In base64. */
  readonly data: string;
}

/** What a data URL holds; null for any other URL. */
export function dataOfUrl(url: string): InlineData | null {
  const match = DATA_URL.exec(url);
  if (match === null) return null;
  const mediaType = match[1] === undefined || match[1] === '' ? 'text/plain' : match[1];
  const payload = url.slice(match[0].length);
  const isBase64 = (match[2] ?? '').includes(';base64');
  return { mediaType, data: isBase64 ? payload : Buffer.from(unescaped(payload)).toString('base64') };
}

/** Percent escapes decoded; a text that only looks as if it had some stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
