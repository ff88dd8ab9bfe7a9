import type { IncomingHttpHeaders } from 'node:http';
import type { CacheSettings } from '@tollgate/config';
import { flag, invalid } from '../calls/request-fields.js';
import type { Json } from '../calls/request-rules.js';
import { isWellFormed } from '../http/storable-text.js';

/** What a caller wants of the cache. */
export interface CacheControls {
  /** An answer from it will do. */
  readonly reads: boolean;
  /** The answer may be kept in it. */
  readonly keeps: boolean;
  /** How long it is kept; null: as long as the config says. */
  readonly ttlMs: number | null;
  /** How old an answer may be; null: as old as it is kept. */
  readonly maxAgeMs: number | null;
  /** In place of the config's; null: the config's. */
  readonly namespace: string | null;
  /** The caller wants it, whatever the call may do beside answering. */
  readonly isWanted: boolean;
}

const MAX_SECONDS = 30 * 86_400;
const MAX_NAMESPACE = 128;

/**
 * LiteLLM's body field `cache` (and `caching: false`), and the header `cache-control`. Null: the call has nothing to do with the
 * cache. Throws `invalid_request` naming the field.
 */
export function readCacheControls(
  headers: IncomingHttpHeaders,
  body: Json,
  { mode }: Pick<CacheSettings, 'mode'>,
): CacheControls | null {
  const wishes = objectOf(body['cache']);
  const isWanted = flag(wishes['use-cache'], 'cache.use-cache');
  if (body['caching'] === false || wishes['use-cache'] === false) return null;
  if (mode === 'default_off' && !isWanted) return null;
  const header = headers['cache-control'] ?? '';
  const reads = !flag(wishes['no-cache'], 'cache.no-cache') && !/\bno-cache\b/i.test(header);
  const keeps = !flag(wishes['no-store'], 'cache.no-store') && !/\bno-store\b/i.test(header);
  if (!reads && !keeps) return null;
  const [ttlMs, maxAgeMs] = [seconds(wishes['ttl'], 'ttl'), seconds(wishes['s-maxage'], 's-maxage')];
  return { reads, keeps, ttlMs, maxAgeMs, namespace: namespaceOf(wishes['namespace']), isWanted };
}

function objectOf(value: unknown): Json {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('cache', "'cache' must be an object");
  return value as Json;
}

/** In milliseconds. */
function seconds(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value > 0 && value <= MAX_SECONDS) return Math.ceil(value * 1_000);
  const field = `cache.${name}`;
  throw invalid(field, `'${field}' must be a number of seconds above 0 and at most ${MAX_SECONDS}`);
}

function namespaceOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value !== '' && value.length <= MAX_NAMESPACE && isWellFormed(value))
    return value;
  throw invalid('cache.namespace', `'cache.namespace' must be a text of at most ${MAX_NAMESPACE} characters`);
}
