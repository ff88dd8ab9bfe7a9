import type { Server } from 'node:http';
import { PASS_THROUGH, passThroughOf, type LiveConfig, type PassThrough } from '@tollgate/config';
import type { FastifyRequest } from 'fastify';
import { presentedKey } from '../auth/key-text.js';
import type { CallRequest } from '../calls/call-request.js';
import { nativeHeaders } from '../calls/forwarded-headers.js';
import { checkPath } from './upward-paths.js';

/** Where requests of configured paths are led to. */
export const PASS_THROUGH_PATH = '/pass-through';

/** Of the client's headers, what is meant for the target: `x-pass-name` goes there as `name`. */
const MEANT = 'x-pass-';

export const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

/** Leads requests of configured paths to their controller. Routes are made once, and the config may change. */
export function leadPassThroughs(server: Server, config: LiveConfig): void {
  server.prependListener('request', (request) => {
    const { passThroughs } = config.current.general;
    if (passThroughs.length === 0 || request.url === undefined) return;
    if (passThroughOf(passThroughs, pathOf(request.url)) !== undefined)
      request.url = PASS_THROUGH_PATH + request.url;
  });
}

/** A request of a configured endpoint; `url` is as the client has it, but for copies of its key. */
export function passThroughRequest(
  { method, body, headers }: FastifyRequest,
  endpoint: PassThrough,
  { url, ownHeader }: { readonly url: string; readonly ownHeader: string | null },
): CallRequest {
  const contentType = headers['content-type'];
  const key = presentedKey(headers, ownHeader);
  return {
    dialect: 'native',
    bytes: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    body: {},
    native: { provider: PASS_THROUGH, method, path: pathBelow(endpoint, url, key) },
    ...(contentType !== undefined && { contentType }),
    headers: headersFor(endpoint, nativeHeaders(headers, ownHeader)),
    model: `${PASS_THROUGH}/${endpoint.path}`,
    stream: false,
    includeUsage: true,
    endUser: null,
  };
}

/** What is below the endpoint's path, with the query as it came and what the endpoint adds to it. */
function pathBelow({ path, queryDefaults }: PassThrough, url: string, key: string | null): string {
  const asked = pathOf(url);
  const below = asked.slice(path.length);
  checkPath(below);
  const parts = url.slice(asked.length + 1).split('&');
  const query = parts.filter((part) => key === null || !part.includes(key)).join('&');
  const given = new URLSearchParams(query);
  const missing = Object.entries(queryDefaults).filter(([name]) => !given.has(name));
  const whole = [query, new URLSearchParams(missing).toString()].filter((part) => part !== '').join('&');
  return whole === '' ? below : `${below}?${whole}`;
}

function headersFor(
  { forwardHeaders }: PassThrough,
  passed: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(passed);
  const own = forwardHeaders ? entries.filter(([name]) => !name.startsWith(MEANT)) : [];
  const meant = entries.filter(([name]) => name.startsWith(MEANT));
  return Object.fromEntries([
    ...own,
    ...meant.map(([name, value]) => [name.slice(MEANT.length), value] as const),
  ]);
}
