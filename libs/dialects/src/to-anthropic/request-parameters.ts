import { FieldRules } from '../codec/travelling-fields.js';
import { isObject, optionalNumber, optionalString, wrongType, type Json } from '../json/json.js';
import { wordTable } from '../json/word-table.js';
import type { Refusals } from '../refusals.js';
import { isBlank } from './request-content.js';

/** OpenAI's fields that neither Messages nor Converse have a word for. */
export const WITHOUT_COUNTERPART = [
  'n',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'audio',
  'modalities',
  'prediction',
  'verbosity',
  'functions',
  'function_call',
] as const;

const RULES = new FieldRules(
  [
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
    'service_tier',
    'output_config',
  ],
  WITHOUT_COUNTERPART,
);

/** Fields that Anthropic calls the same or that we do not know: they travel on. Refuses those without a counterpart. */
export const travellingFields = (request: Json, refusals: Refusals): Json =>
  RULES.travelling(request, refusals);

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

const SERVICE_TIERS: Readonly<Record<string, string>> = wordTable({
  auto: 'auto',
  priority: 'auto',
  default: 'standard_only',
  standard_only: 'standard_only',
});

export function serviceTierOf(value: unknown, refusals: Refusals): string | undefined {
  const tier = optionalString(value, 'service_tier', 'request');
  if (tier === undefined) return undefined;
  if (SERVICE_TIERS[tier] === undefined) refusals.refuse('service_tier', `'${tier}'`);
  return SERVICE_TIERS[tier];
}
