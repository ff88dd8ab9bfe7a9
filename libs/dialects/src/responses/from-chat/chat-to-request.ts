import type { BackOptions } from '../../codec/codec.js';
import type { TranslatedRequest } from '../../codec/translated-request.js';
import { FieldRules } from '../../codec/travelling-fields.js';
import { isObject, objectAt, optionalString, stringAt, wrongType, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { Refusals } from '../../refusals.js';
import { maxTokensOf } from '../../to-anthropic/request-parameters.js';
import { effortOfThinking } from '../../to-openai/messages-to-chat.js';
import { inputOf } from './input-items.js';
import { toolFieldsOf } from './input-tools.js';

const RULES = new FieldRules(
  [
    ...['model', 'messages', 'tools', 'tool_choice', 'web_search_options', 'response_format', 'verbosity'],
    ...['reasoning_effort', 'thinking', 'max_tokens', 'max_completion_tokens', 'logprobs', 'top_logprobs'],
  ],
  ['n', 'logit_bias', 'seed', 'stop', 'audio', 'modalities', 'prediction', 'functions', 'function_call'],
);

/** Models that think, and whose thoughts have to come back on the next turn. */
const REASONING_MODEL = /(?:^|[/.])(?:o\d|gpt-[5-9](?!.*-chat)|codex|computer-use|grok-[4-9])/;

/**
 * A chat request as a request of OpenAI's Responses API, whose answer is not stored. Unknown fields travel on.
 * Throws `invalid_request` naming a field of the wrong shape, `unsupported_parameter` naming one without a counterpart.
 */
export function chatToResponsesRequest(request: Json, options: BackOptions): TranslatedRequest {
  const refusals = new Refusals(
    options.dropParams,
    "OpenAI's Responses API",
    new Set(['input_audio', 'video_url']),
  );
  const travelling = RULES.travelling(request, refusals);
  const reasoning = reasoningOf(request);
  const input = inputOf(request['messages'], refusals);
  const include = [
    // A model that does not think refuses to tell its thoughts.
    ...(REASONING_MODEL.test(options.model) || reasoning !== undefined
      ? ['reasoning.encrypted_content']
      : []),
    ...(request['logprobs'] === true ? ['message.output_text.logprobs'] : []),
  ];
  const body = {
    ...travelling,
    model: options.model,
    input,
    ...toolFieldsOf(request, refusals),
    ...present({
      stream: options.stream ? true : undefined,
      max_output_tokens: maxTokensOf(request),
      text: textOf(request),
      reasoning,
      top_logprobs: request['top_logprobs'] ?? undefined,
      include: include.length > 0 ? include : undefined,
      metadata: request['metadata'] ?? undefined,
      user: request['user'] ?? undefined,
      safety_identifier: request['safety_identifier'] ?? undefined,
      prompt_cache_key: request['prompt_cache_key'] ?? undefined,
      prompt_cache_retention: request['prompt_cache_retention'] ?? undefined,
    }),
    // Chat completions are stored for whoever asks for it, responses unless one asks not to.
    store: request['store'] === true,
  };
  return { body, dropped: refusals.dropped };
}

/** NOTE LiteLLM's clients may write an object as the effort, to ask for a summary too. */
function reasoningOf(request: Json): Json | undefined {
  const effort = request['reasoning_effort'];
  if (isObject(effort)) return effort;
  const word = optionalString(effort, 'reasoning_effort', 'request') ?? effortOfThinking(request['thinking']);
  return word === undefined || word === 'default' ? undefined : { effort: word };
}

function textOf(request: Json): Json | undefined {
  const format = formatOf(request['response_format']);
  const verbosity = optionalString(request['verbosity'], 'verbosity', 'request');
  return format === undefined && verbosity === undefined ? undefined : present({ format, verbosity });
}

function formatOf(value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const format = objectAt(value, 'response_format', 'request');
  const type = stringAt(format['type'], 'response_format.type', 'request');
  if (type === 'text' || type === 'json_object') return { type };
  if (type !== 'json_schema')
    throw wrongType('request', 'response_format.type', 'text, json_object or json_schema');
  return { type, ...objectAt(format['json_schema'], 'response_format.json_schema', 'request') };
}
