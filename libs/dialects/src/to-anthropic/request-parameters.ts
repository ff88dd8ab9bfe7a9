import { isObject, optionalNumber, optionalString, wrongType, type Json } from '../json/json.js';
import type { Refusals } from '../refusals.js';
import { isBlank } from './request-content.js';

/** Fields that other parts of the translation read, or that only steer the gateway or OpenAI's own storage and cache. */
const CONSUMED = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'web_search_options',
  'response_format',
  'reasoning_effort',
  'thinking',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'stop',
  'user',
  'safety_identifier',
  'metadata',
  'service_tier',
  'output_config',
  'stream_options',
  'store',
  'prompt_cache_key',
  'prompt_cache_retention',
]);

/** Fields without a counterpart, each with the test of a value that asks for nothing. */
const WITHOUT_COUNTERPART: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: (value) => value === 1,
  logprobs: (value) => value === false,
  top_logprobs: (value) => value === 0,
  logit_bias: (value) => isObject(value) && Object.keys(value).length === 0,
  frequency_penalty: (value) => value === 0,
  presence_penalty: (value) => value === 0,
  seed: () => false,
  audio: () => false,
  modalities: (value) => Array.isArray(value) && value.every((modality) => modality === 'text'),
  prediction: () => false,
  verbosity: (value) => value === 'medium',
  functions: (value) => Array.isArray(value) && value.length === 0,
  function_call: (value) => value === 'none',
};

/** Fields that Anthropic calls the same or that we do not know: they travel on. Refuses those without a counterpart. */
export function travellingFields(request: Json, refusals: Refusals): Json {
  const body: Json = {};
  for (const [name, value] of Object.entries(request)) {
    if (CONSUMED.has(name)) continue;
    const asksNothing = Object.hasOwn(WITHOUT_COUNTERPART, name) ? WITHOUT_COUNTERPART[name] : undefined;
    if (asksNothing !== undefined) {
      if (value !== null && value !== undefined && !asksNothing(value)) refusals.refuse(name);
    } else if (value !== null) body[name] = value;
  }
  return body;
}

/** OpenAI's temperatures reach 2, Anthropic's 1. */
export function temperatureOf(request: Json): number | undefined {
  const temperature = optionalNumber(request['temperature'], 'temperature', 'request');
  return temperature === undefined ? undefined : Math.min(temperature, 1);
}

export function maxTokensOf(request: Json): number | undefined {
  const field =
    request['max_completion_tokens'] === undefined || request['max_completion_tokens'] === null
      ? 'max_tokens'
      : 'max_completion_tokens';
  return optionalNumber(request[field], field, 'request');
}

/** Anthropic refuses stop sequences of white space alone. */
export function stopSequencesOf(stop: unknown, refusals: Refusals): string[] | undefined {
  if (stop === undefined || stop === null) return undefined;
  const sequences: unknown[] = Array.isArray(stop) ? stop : [stop];
  if (!sequences.every((sequence) => typeof sequence === 'string')) {
    throw wrongType('request', 'stop', 'a string or a list of strings');
  }
  const kept = sequences.filter((sequence) => !isBlank(sequence));
  if (kept.length < sequences.length) refusals.refuse('stop', 'a stop sequence of white space');
  return kept.length > 0 ? kept : undefined;
}

/** Who the end user is. The rest of OpenAI's `metadata` is for its own storage. */
export function metadataOf(request: Json): Json | undefined {
  const own = isObject(request['metadata']) ? request['metadata']['user_id'] : undefined;
  const user =
    (typeof own === 'string' ? own : undefined) ??
    optionalString(request['user'], 'user', 'request') ??
    optionalString(request['safety_identifier'], 'safety_identifier', 'request');
  return user === undefined ? undefined : { user_id: user };
}

const SERVICE_TIERS: Readonly<Record<string, string>> = {
  auto: 'auto',
  priority: 'auto',
  default: 'standard_only',
  standard_only: 'standard_only',
};

export function serviceTierOf(value: unknown, refusals: Refusals): string | undefined {
  const tier = optionalString(value, 'service_tier', 'request');
  if (tier === undefined) return undefined;
  if (SERVICE_TIERS[tier] === undefined) refusals.refuse('service_tier', `'${tier}'`);
  return SERVICE_TIERS[tier];
}
