import { isObject, type Json } from '../json/json.js';
import type { Refusals } from '../refusals.js';

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const never = (): boolean => false;

/** Fields of a chat request that dialects lack, each with the test of a value that asks for nothing. */
const ASKS_NOTHING = {
  n: (value: unknown) => value === 1,
  logprobs: (value: unknown) => value === false,
  top_logprobs: (value: unknown) => value === 0,
  logit_bias: (value: unknown) => isObject(value) && Object.keys(value).length === 0,
  frequency_penalty: (value: unknown) => value === 0,
  presence_penalty: (value: unknown) => value === 0,
  parallel_tool_calls: (value: unknown) => value === true,
  seed: never,
  stop: isEmptyList,
  audio: never,
  modalities: (value: unknown) => Array.isArray(value) && value.every((modality) => modality === 'text'),
  prediction: never,
  verbosity: (value: unknown) => value === 'medium',
  web_search_options: never,
  service_tier: (value: unknown) => value === 'auto' || value === 'default',
  functions: isEmptyList,
  function_call: (value: unknown) => value === 'none',
} as const satisfies Record<string, (value: unknown) => boolean>;

export type ChatField = keyof typeof ASKS_NOTHING;

/** Fields that only steer the gateway or OpenAI's own storage and cache, or tell it who asks. */
const FOR_OPENAI_ALONE = [
  'stream_options',
  'store',
  'metadata',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
];

/** How a dialect takes the fields of a chat request. */
export class FieldRules {
  private readonly consumed: ReadonlySet<string>;
  private readonly missing: ReadonlyMap<string, (value: unknown) => boolean>;

  /** `consumed` are read by other parts of the translation, `missing` have no counterpart. */
  constructor(consumed: readonly string[], missing: readonly ChatField[]) {
    this.consumed = new Set([...FOR_OPENAI_ALONE, ...consumed]);
    this.missing = new Map(missing.map((name) => [name, ASKS_NOTHING[name]]));
  }

  /** The fields that are called the same or that we do not know. Refuses those without a counterpart. */
  travelling(request: Json, refusals: Refusals): Json {
    const body: Json = {};
    for (const [name, value] of Object.entries(request)) {
      if (value === null || value === undefined || this.consumed.has(name)) continue;
      const asksNothing = this.missing.get(name);
      if (asksNothing === undefined) body[name] = value;
      else if (!asksNothing(value)) refusals.refuse(name);
    }
    return body;
  }
}
