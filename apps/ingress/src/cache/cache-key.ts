import { createHash } from 'node:crypto';
import { canonicalJson } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { isOwnField } from '@tollgate/dialects';
import { tenantOf } from '../auth/tenant.js';
import type { Json } from '../calls/request-rules.js';

/** Who asks, and how the answer is to come. */
const NOT_ASKED: ReadonlySet<string> = new Set([
  ...['model', 'stream', 'stream_options', 'user', 'metadata', 'safety_identifier', 'prompt_cache_key'],
]);
/** Fields for the gateway that change what a provider is asked. */
const SHAPING: ReadonlySet<string> = new Set([
  ...['drop_params', 'additional_drop_params', 'allowed_openai_params', 'allowed_model_region'],
]);

type Asking = Pick<CallHeader, 'principal' | 'dialect' | 'model' | 'headers' | 'regions' | 'tags'>;

/**
 * Equal for calls of one tenant that ask one model the same in one dialect, whatever the order of their fields, and for no others.
 * `tags` are those that choose deployments. `meant`: the model that the name stands for.
 */
export function askedHash(asking: Asking, body: Json, meant: string): string {
  const { principal, dialect, model, headers, regions = null, tags } = asking;
  const asked = [tenantOf(principal), dialect, model, headers, regions, tags, fieldsOf(body), meant];
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}

/** A name in the cache, as headers may hold it. */
export const cacheName = (namespace: string, name: string): string =>
  namespace === '' ? name : `${encodeURIComponent(namespace)}:${name}`;

/** What of a body the answer depends on. */
const fieldsOf = (body: Json): Json =>
  Object.fromEntries(
    Object.entries(body).filter(([name]) => !NOT_ASKED.has(name) && (SHAPING.has(name) || !isOwnField(name))),
  );
