import { FieldRules } from '../codec/travelling-fields.js';
import { isObject, optionalNumber, optionalString, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import type { Refusals } from '../refusals.js';
import {
  maxTokensOf,
  stopSequencesOf,
  temperatureOf,
  WITHOUT_COUNTERPART,
} from '../to-anthropic/request-parameters.js';
import { maxTokensFor } from '../to-anthropic/request-thinking.js';
import type { ModelFamily } from './model-family.js';

const RULES = new FieldRules(
  [
    'model',
    'messages',
    'stream',
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
    'top_p',
    'top_k',
    'stop',
    'service_tier',
    'inferenceConfig',
    'additionalModelRequestFields',
  ],
  WITHOUT_COUNTERPART,
);

/** Converse's own fields that chat has no name for: callers write them as they are. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'guardrailConfig',
  'performanceConfig',
  'promptVariables',
  'requestMetadata',
  'additionalModelResponseFieldPaths',
  'serviceTier',
]);

export interface OtherFields {
  readonly own: Json;
  /** What we do not know is the model's own: Converse hands it through. */
  readonly model: Json;
}

/** The fields that no other part of the translation reads. */
export function otherFields(request: Json, family: ModelFamily, refusals: Refusals): OtherFields {
  const travelling = Object.entries(RULES.travelling(request, refusals));
  const additional = request['additionalModelRequestFields'];
  return {
    own: Object.fromEntries(travelling.filter(([name]) => OWN_FIELDS.has(name))),
    model: {
      ...Object.fromEntries(travelling.filter(([name]) => !OWN_FIELDS.has(name))),
      ...topK(request, family),
      ...(isObject(additional) ? additional : {}),
    },
  };
}

function topK(request: Json, family: ModelFamily): Json {
  const count = optionalNumber(request['top_k'], 'top_k', 'request');
  if (count === undefined) return {};
  return family === 'nova' || family === 'nova-2' ? { inferenceConfig: { topK: count } } : { top_k: count };
}

/** `inferenceConfig`; undefined where the request says nothing of it. */
export function inferenceConfigOf(request: Json, thinking: unknown, refusals: Refusals): Json | undefined {
  const maxTokens = maxTokensOf(request);
  const config = present({
    ...(isObject(request['inferenceConfig']) ? request['inferenceConfig'] : {}),
    maxTokens: maxTokens === undefined ? undefined : maxTokensFor(maxTokens, thinking),
    temperature: temperatureOf(request),
    topP: optionalNumber(request['top_p'], 'top_p', 'request'),
    stopSequences: stopSequencesOf(request['stop'], refusals),
  });
  return Object.keys(config).length === 0 ? undefined : config;
}

const SERVICE_TIERS: ReadonlySet<string> = new Set(['default', 'priority', 'flex', 'reserved']);

export function serviceTierOf(request: Json, refusals: Refusals): Json | undefined {
  const type = optionalString(request['service_tier'], 'service_tier', 'request');
  if (type === undefined || type === 'auto') return undefined;
  if (SERVICE_TIERS.has(type)) return { type };
  refusals.refuse('service_tier', `'${type}'`);
  return undefined;
}
