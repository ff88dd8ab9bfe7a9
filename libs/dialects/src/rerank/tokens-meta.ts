import { promptTokens, type Usage } from '@tollgate/contracts';
import type { Json } from '../json/json.js';

/** Cohere's `meta` for a provider that counts tokens and no units of searching; nothing where it told none. */
export function tokensMeta(usage: Usage | null): Json {
  if (usage === null) return {};
  const tokens = promptTokens(usage);
  return {
    meta: { billed_units: { total_tokens: tokens }, tokens: { input_tokens: tokens, output_tokens: 0 } },
  };
}
