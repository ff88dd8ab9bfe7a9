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
  const { origin, path, headers, body } = upstreamRequest(connection, call);
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
