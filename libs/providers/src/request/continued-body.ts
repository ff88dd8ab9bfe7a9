import type { Dialect } from '@tollgate/contracts';
import { continuedRequest, spliceObject, type Json, type Prefill } from '@tollgate/dialects';
import type { Provider } from '../provider.js';

/** How a model of a provider is made to go on. */
export const prefillOf = (provider: Provider, model: string): Prefill => provider.prefill?.(model) ?? 'ask';

/** The provider's body for an answer that goes on from `text`. Bytes that need not change stay as they are. */
export function continuedBody(
  body: Uint8Array,
  text: string,
  dialect: Dialect,
  prefill: Prefill,
): Uint8Array {
  const request = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()) as Json;
  const fields = continuedRequest(request, text, dialect, prefill);
  const edits: Record<string, string | undefined> = {};
  for (const name in fields)
    edits[name] = fields[name] === undefined ? undefined : JSON.stringify(fields[name]);
  return spliceObject(body, edits);
}
