import type { IncomingHttpHeaders } from 'node:http';

/** What a browser, which can send no headers, says by the names of subprotocols. */
const KEY = 'openai-insecure-api-key.';
const BETA = 'openai-beta.';
/** Also says what is said as headers otherwise: none of these is a protocol. */
const CREDENTIALS = /^openai-(?:insecure-api-key|organization|project)\./;

const offered = (headers: IncomingHttpHeaders): string[] =>
  (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Makes headers of what stands for them: the key, and the version of the events. Headers that are there stay. */
export function takeHeadersOfProtocols(headers: IncomingHttpHeaders): void {
  for (const name of offered(headers)) {
    if (name.startsWith(KEY)) headers.authorization ??= `Bearer ${name.slice(KEY.length)}`;
    // `openai-beta.realtime-v1` is the header `openai-beta: realtime=v1`.
    if (name.startsWith(BETA)) headers['openai-beta'] ??= name.slice(BETA.length).replace('-', '=');
  }
}

/** The protocol to agree to: browsers give up when none of theirs is. */
export function chosenProtocol(headers: IncomingHttpHeaders): string | null {
  const names = offered(headers).filter((name) => !CREDENTIALS.test(name));
  return names.find((name) => name === 'realtime') ?? names[0] ?? null;
}
