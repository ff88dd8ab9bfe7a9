import type { Deployment } from '@tollgate/config';
import type { Capability } from '@tollgate/contracts';
import { contextWindow, tokenPrices } from '@tollgate/pricing';

/** LiteLLM's flag for what a model can do. */
const FLAGS = {
  vision: 'supports_vision',
  tools: 'supports_function_calling',
  jsonSchema: 'supports_response_schema',
  audioInput: 'supports_audio_input',
  audioOutput: 'supports_audio_output',
  pdfInput: 'supports_pdf_input',
  webSearch: 'supports_web_search',
} as const satisfies Record<Capability, string>;

const PRICES = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cacheRead: 'cache_read_input_token_cost',
  cacheWrite: 'cache_creation_input_token_cost',
  cacheWrite1h: 'cache_creation_input_token_cost_above_1hr',
  reasoning: 'output_cost_per_reasoning_token',
  audioInput: 'input_cost_per_audio_token',
  audioOutput: 'output_cost_per_audio_token',
  imageInput: 'input_cost_per_image_token',
  imageOutput: 'output_cost_per_image_token',
  request: 'input_cost_per_request',
} as const;

/** Sizes of a search's context: it costs the same here, whatever it reads. */
const SEARCH_SIZES = ['search_context_size_low', 'search_context_size_medium', 'search_context_size_high'];
const PIECES = 1_000;

/** What is known of a model in LiteLLM's fields; null: not known. Prices are dollars, most of them a token. */
export interface ModelFacts {
  readonly key: string;
  readonly litellm_provider: string;
  readonly mode: unknown;
  readonly max_tokens: number | null;
  readonly max_input_tokens: number | null;
  readonly max_output_tokens: number | null;
  readonly [costOrFlag: string]: unknown;
}

/** Prices may depend on the time of day; nothing else of them changes while a deployment is served. */
export const FACTS_FRESH_MS = 60_000;

/** The config's word on a deployment, and the catalogue's where it has none. */
export function factsOf(deployment: Deployment): ModelFacts {
  const { provider, model, baseModel, limits, prices, info } = deployment;
  const named = { provider, model, baseModel };
  const output = limits.maxOutputTokens ?? null;
  return {
    key: baseModel ?? model,
    litellm_provider: provider,
    mode: info['mode'] ?? 'chat',
    max_tokens: output,
    max_input_tokens: limits.maxInputTokens ?? contextWindow(named),
    max_output_tokens: output,
    ...pricesOf(tokenPrices({ ...named, overrides: prices, at: Date.now() })),
    ...Object.fromEntries(
      Object.entries(FLAGS).map(([capability, flag]) => [
        flag,
        limits.supports?.[capability as Capability] ?? null,
      ]),
    ),
  };
}

const NANOS_PER_DOLLAR = 1e9;

/** Free of what dividing in floats adds: 0.00000015, not 1.5000000000000002e-7. */
const dollarsOf = (nanos: number | undefined, pieces = 1): number | null =>
  nanos === undefined ? null : Number(((nanos * pieces) / NANOS_PER_DOLLAR).toPrecision(12));

function pricesOf(nanos: ReturnType<typeof tokenPrices>): Record<string, unknown> {
  const search = dollarsOf(nanos.search);
  return {
    ...Object.fromEntries(
      Object.entries(PRICES).map(([kind, field]) => [field, dollarsOf(nanos[kind as keyof typeof PRICES])]),
    ),
    search_context_cost_per_query:
      search === null ? null : Object.fromEntries(SEARCH_SIZES.map((size) => [size, search])),
    file_search_cost_per_1k_calls: dollarsOf(nanos.fileSearch, PIECES),
  };
}
