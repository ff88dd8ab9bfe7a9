import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Where SDKs put the key (OpenAI, Anthropic, Azure, Google), the gateway's own header first: it wins. */
const KEY_HEADERS = [
  'x-litellm-api-key',
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'ocp-apim-subscription-key',
] as const;

const SCHEME = /^bearer\s+/i;

/** Key texts longer than this are no keys: nothing hashes or remembers them. */
export const MAX_KEY_LENGTH = 512;

/** The key that a request presents, without its `Bearer`; null when there is none. */
export function presentedKey(headers: IncomingHttpHeaders, ownHeader: string | null): string | null {
  let value = ownHeader === null ? undefined : headers[ownHeader];
  for (const name of KEY_HEADERS) value ??= headers[name];
  const text = typeof value === 'string' ? value.replace(SCHEME, '').trim() : '';
  return text === '' ? null : text;
}

/** The only form in which a key may be shown. Of short texts nothing is. */
export const maskKey = (key: string): string => `sk-...${keyTail(key)}`;

/** The last four characters, unless they would be a large part of the whole. */
export const keyTail = (key: string): string => (key.length >= 16 ? key.slice(-4) : '****');

/** A new virtual key with 144 random bits. */
export const newKeyText = (): string => `sk-${randomBytes(18).toString('base64url')}`;

const HASH = /^[0-9a-f]{64}$/;

/** A hash may stand wherever an admin route takes a key. */
export const isKeyHash = (text: string): boolean => HASH.test(text);
