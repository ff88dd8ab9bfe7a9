import type { SettingRow } from './setting-row.js';

const CATALOGUE = "the catalogue's";
const GENERAL = 'the one without its ending';

const KIND_ROWS = {
  input_cost_per_token: [CATALOGUE, 'dollars per prompt token'],
  output_cost_per_token: [CATALOGUE, 'dollars per completion token'],
  cache_read_input_token_cost: [CATALOGUE, 'dollars per prompt token read from cache'],
  cache_creation_input_token_cost: [CATALOGUE, 'dollars per prompt token written to cache'],
  cache_creation_input_token_cost_above_1hr: [
    'as any written to cache',
    'dollars per prompt token written to cache for an hour',
  ],
  output_cost_per_reasoning_token: [CATALOGUE, 'dollars per reasoning token'],
  input_cost_per_audio_token: [CATALOGUE, 'dollars per audio token of the prompt'],
  output_cost_per_audio_token: [CATALOGUE, 'dollars per audio token of the answer'],
  input_cost_per_image_token: [CATALOGUE, 'dollars per image token of the prompt'],
  output_cost_per_image_token: [CATALOGUE, 'dollars per image token of the answer'],
  input_cost_per_request: [CATALOGUE, 'dollars per call'],
  input_cost_per_query: [CATALOGUE, 'dollars per search of a model that reranks'],
  search_context_cost_per_query: [
    CATALOGUE,
    "dollars per web search: a number, or of LiteLLM's three sizes `search_context_size_medium`",
  ],
  file_search_cost_per_1k_calls: [CATALOGUE, 'dollars per thousand searches in files'],
  output_cost_per_image: ['none', 'dollars per image that is made, where no tokens are counted'],
  input_cost_per_character: [CATALOGUE, 'dollars per character that is read out'],
  input_cost_per_second: [CATALOGUE, 'dollars per second of sound that is listened to'],
} as const satisfies Record<string, SettingRow>;

/** Kinds that may have other prices for long prompts and service tiers. */
export const VARIABLE_KINDS = [
  'input_cost_per_token',
  'output_cost_per_token',
  'cache_read_input_token_cost',
  'cache_creation_input_token_cost',
] as const;
export const LONG_PROMPTS = [128, 200, 272] as const;
/** LiteLLM's ending of a key → the tier. */
export const TIER_ENDINGS = { batches: 'batch', flex: 'flex', priority: 'priority' } as const;

type VariableKind = (typeof VARIABLE_KINDS)[number];
export type LongPromptKey = `${VariableKind}_above_${(typeof LONG_PROMPTS)[number]}k_tokens`;
export type TierKey = `${VariableKind}_${keyof typeof TIER_ENDINGS}`;

const longPromptRows = LONG_PROMPTS.flatMap((thousands) =>
  VARIABLE_KINDS.map((kind) => [
    `${kind}_above_${thousands}k_tokens`,
    [GENERAL, `the same, of the whole call when its prompt is longer than ${thousands},000 tokens`],
  ]),
);
const tierRows = Object.entries(TIER_ENDINGS).flatMap(([ending, tier]) =>
  VARIABLE_KINDS.map((kind) => [`${kind}_${ending}`, [GENERAL, `the same, of service tier \`${tier}\``]]),
);

/** Prices of a deployment; they may stand in `litellm_params` and in `model_info`. */
export const PRICE_ROWS = {
  ...KIND_ROWS,
  ...(Object.fromEntries(longPromptRows) as Record<LongPromptKey, SettingRow>),
  ...(Object.fromEntries(tierRows) as Record<TierKey, SettingRow>),
};

/** Keys of `litellm_settings` that are about prices. */
export const ADJUSTMENT_ROWS = {
  cost_discount_config: ['none', 'provider → share of the price that is taken off (`0.05` is 5%)'],
  cost_margin_config: [
    'none',
    'provider, or `global` for all others → what is put on after that: a share (`0.1`), or its `percentage` and a `fixed_amount`',
  ],
} as const satisfies Record<string, SettingRow>;

export const ADJUSTMENT_SETTINGS = {
  'litellm_settings.cost_margin_config.*': {
    percentage: ['0', 'share that is put on (`0.1` is 10%)'],
    fixed_amount: ['0', 'dollars that are put on, a call'],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;
