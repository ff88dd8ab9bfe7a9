import type { BackOptions } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { FieldRules } from '../codec/travelling-fields.js';
import { objectAt, optionalString, stringAt, wrongType, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { wordTable } from '../json/word-table.js';
import { Refusals } from '../refusals.js';
import { maxTokensOf } from '../to-anthropic/request-parameters.js';
import { cohereMessagesOf } from './cohere-messages.js';
import { toolFieldsOf } from './cohere-tools.js';

const FIELDS = new FieldRules(
  [
    'model',
    'messages',
    'stream',
    'tools',
    'tool_choice',
    'response_format',
    'reasoning_effort',
    'thinking',
    'max_tokens',
    'max_completion_tokens',
    'stop',
    'top_p',
    'top_k',
  ],
  [
    'n',
    'top_logprobs',
    'logit_bias',
    'parallel_tool_calls',
    'audio',
    'modalities',
    'prediction',
    'verbosity',
    'web_search_options',
    'service_tier',
    'functions',
    'function_call',
  ],
);

/** A chat request as one of Cohere's v2. Cohere's own fields (`documents`, `safety_mode`, `citation_options`) travel. */
export function chatToCohere(request: Json, { model, stream, dropParams }: BackOptions): TranslatedRequest {
  const refusals = new Refusals(dropParams, 'Cohere');
  const body: Json = {
    ...FIELDS.travelling(request, refusals),
    model,
    messages: cohereMessagesOf(request['messages'], refusals),
    stream,
    ...present({
      ...toolFieldsOf(request, refusals),
      response_format: formatOf(request['response_format']),
      thinking: thinkingOf(request),
      max_tokens: maxTokensOf(request),
      stop_sequences: stopSequencesOf(request['stop']),
      p: request['top_p'] ?? undefined,
      k: request['top_k'] ?? undefined,
    }),
  };
  return { body, dropped: refusals.dropped };
}

/** Cohere has the schema of an answer beside the type `json_object`, and no name for it. */
function formatOf(value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const format = objectAt(value, 'response_format', 'request');
  const type = stringAt(format['type'], 'response_format.type', 'request');
  if (type === 'text' || type === 'json_object') return format;
  if (type !== 'json_schema')
    throw wrongType('request', 'response_format.type', 'text, json_object or json_schema');
  const definition = objectAt(format['json_schema'], 'response_format.json_schema', 'request');
  return { type: 'json_object', ...present({ json_schema: definition['schema'] ?? undefined }) };
}

/** Tokens of thinking by effort; what is not here (`medium`, `default`) is Cohere's own measure. */
const BUDGETS: Readonly<Record<string, number>> = wordTable({ minimal: 512, low: 1024 });
const EFFORTS = ['default', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function thinkingOf(request: Json): Json | undefined {
  const own = request['thinking'];
  if (own !== undefined && own !== null) return ownThinking(objectAt(own, 'thinking', 'request'));
  const effort = optionalString(request['reasoning_effort'], 'reasoning_effort', 'request');
  if (effort === undefined) return undefined;
  if (effort === 'none') return { type: 'disabled' };
  if (!EFFORTS.includes(effort))
    throw wrongType('request', 'reasoning_effort', ['none', ...EFFORTS].join(', '));
  return { type: 'enabled', ...present({ token_budget: BUDGETS[effort] }) };
}

/** Anthropic's object says `budget_tokens`, and leaves the measure to the model as `adaptive`. */
function ownThinking({ budget_tokens: budget, ...thinking }: Json): Json {
  const type = thinking['type'] === 'adaptive' ? 'enabled' : thinking['type'];
  return { ...thinking, type, ...present({ token_budget: thinking['token_budget'] ?? budget }) };
}

function stopSequencesOf(stop: unknown): unknown {
  if (stop === undefined || stop === null) return undefined;
  const sequences: unknown[] = Array.isArray(stop) ? stop : [stop];
  if (!sequences.every((sequence) => typeof sequence === 'string'))
    throw wrongType('request', 'stop', 'a string or a list of strings');
  return sequences;
}
