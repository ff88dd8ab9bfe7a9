import type { IncomingHttpHeaders } from 'node:http';
import { presentedKey } from '../auth/key-text.js';

/**
 * Headers by which the providers' own SDKs switch features on: an unknown one of these reaches a provider of the same
 * dialect on the day it is invented. Nothing else does: no credentials, cookies or hop-by-hop headers.
 */
const FORWARDED = ['anthropic-', 'openai-', 'x-goog-'];

export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const name in headers) {
    if (name.length < 7 || name === 'x-goog-api-key' || !FORWARDED.some((prefix) => name.startsWith(prefix)))
      continue;
    const value = headers[name];
    if (typeof value === 'string') forwarded[name] = value;
  }
  return forwarded;
}

/** What a provider's own API may read: all of the client's own, but credentials and what belongs to a connection. */
const KEPT_BACK =
  /^(?:authorization|cookie|host|connection|content-length|content-type|x-litellm-.*|x-tollgate-.*|.*api-key|ocp-apim-.*)$/;

export function nativeHeaders(
  headers: IncomingHttpHeaders,
  ownHeader: string | null,
): Record<string, string> {
  const key = presentedKey(headers, ownHeader);
  const passed: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (typeof value !== 'string' || name === ownHeader || KEPT_BACK.test(name)) continue;
    // A copy of the gateway's key is as good as the key.
    if (key === null || !value.includes(key)) passed[name] = value;
  }
  return passed;
}

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The W3C trace context, when it is one. */
export function traceparentOf(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['traceparent'];
  return typeof value === 'string' && TRACEPARENT.test(value) ? value : undefined;
}

const CLIENT_ID = /^[\w.:-]{1,64}$/;

/** The client's own name for its call, echoed to it; our id stays the unique one that is billed by. */
export function clientCallId(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['x-litellm-call-id'];
  return typeof value === 'string' && CLIENT_ID.test(value) ? value : undefined;
}
