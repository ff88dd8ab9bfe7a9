import type { Connection } from '../connection.js';
import { redact } from '../kit/redact.js';
import { upstreamRequest, type UpstreamCall } from './upstream-request.js';

/** A request that is shown and not sent. */
interface RequestPreview {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What would be asked of a provider, without its credentials. Throws as the call would. */
export function requestPreview(connection: Connection, call: UpstreamCall): RequestPreview {
  const { extraBody } = call.options;
  const options = { ...call.options, extraBody: masked(extraBody) as Readonly<Record<string, unknown>> };
  const { origin, path, headers, body } = upstreamRequest(connection, { ...call, options });
  const { secrets } = connection.source;
  const shown = (text: string): string => redact(text, secrets);
  const pairs = headers.flatMap((name, at) => (at % 2 === 0 ? [[name, shown(headers[at + 1] ?? '')]] : []));
  return {
    url: shown(origin + path),
    headers: Object.fromEntries(pairs) as Record<string, string>,
    // Whole, as the caller wrote it: it holds no credentials but those that the config put there.
    body: secrets.reduce((text, secret) => text.replaceAll(secret, '***'), Buffer.from(body).toString()),
  };
}

/** Texts of the config may be secrets, whatever they are called. */
function masked(value: unknown): unknown {
  if (typeof value === 'string') return '***';
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(masked);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)]));
}
