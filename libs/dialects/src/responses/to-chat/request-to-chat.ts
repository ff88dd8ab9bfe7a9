import type { FrontOptions } from '../../codec/codec.js';
import {
  objectAt,
  optionalList,
  optionalNumber,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../../json/json.js';
import { present } from '../../json/present.js';
import { Refusals } from '../../refusals.js';
import { messagesOf } from './request-items.js';
import { chatToolChoiceOf, chatToolsOf } from './request-tools.js';

/**
 * Fields that other parts of the translation read, and those that only steer OpenAI's own storage (`store`, which the gateway
 * heeds itself) and cache, or tell it who asks.
 */
const CONSUMED = new Set([
  ...['model', 'input', 'instructions', 'tools', 'tool_choice', 'text', 'reasoning', 'max_output_tokens'],
  ...['include', 'top_logprobs', 'store', 'prompt_cache_options', 'stream_options', 'client_metadata'],
]);

/** Fields without a counterpart in a chat, each with the test of a value that asks for nothing. */
const WITHOUT_COUNTERPART: Readonly<Record<string, (value: unknown, chat: Json) => boolean>> = {
  previous_response_id: () => false,
  conversation: () => false,
  prompt: () => false,
  background: (value) => value === false,
  truncation: (value) => value === 'disabled',
  // It bounds OpenAI's own tools, of which a chat can have the search alone.
  max_tool_calls: (_value, { web_search_options: search }) => search === undefined,
  context_management: (value) => Array.isArray(value) && value.length === 0,
};

/**
 * A request of OpenAI's Responses API as a chat request. A `previous_response_id` has been replaced by what was said by then.
 * Unknown fields travel on. Throws `invalid_request` naming a field of the wrong shape, `unsupported_parameter` naming one
 * that a chat has no place for.
 */
export function responsesToChat(request: Json, { dropParams, model }: FrontOptions): Json {
  const refusals = new Refusals(dropParams, 'A model behind chat completions');
  const text = optionalObject(request['text'], 'text');
  const reasoning = optionalObject(request['reasoning'], 'reasoning');
  const topLogprobs = optionalNumber(request['top_logprobs'], 'top_logprobs', 'request');
  const tools = chatToolsOf(request['tools'], refusals);
  const include = optionalList(request['include'], 'include', 'request');
  const wantsLogprobs = include.includes('message.output_text.logprobs') || (topLogprobs ?? 0) > 0;
  return {
    ...travellingFields(request, tools, refusals),
    model: optionalString(request['model'], 'model', 'request') ?? model,
    messages: [...instructionsOf(request), ...messagesOf(request['input'], refusals)],
    ...present({
      ...tools,
      tool_choice: chatToolChoiceOf(request['tool_choice'], refusals),
      max_tokens: optionalNumber(request['max_output_tokens'], 'max_output_tokens', 'request'),
      response_format: responseFormatOf(text['format']),
      verbosity: optionalString(text['verbosity'], 'text.verbosity', 'request'),
      // How much a model tells of its thoughts (`reasoning.summary`) a chat cannot ask: it is told all that there is.
      reasoning_effort: optionalString(reasoning['effort'], 'reasoning.effort', 'request'),
      logprobs: wantsLogprobs ? true : undefined,
      top_logprobs: wantsLogprobs ? topLogprobs : undefined,
    }),
  };
}

function travellingFields(request: Json, tools: Json, refusals: Refusals): Json {
  const body: Json = {};
  for (const [name, value] of Object.entries(request)) {
    if (value === null || value === undefined || CONSUMED.has(name)) continue;
    const asksNothing = Object.hasOwn(WITHOUT_COUNTERPART, name) ? WITHOUT_COUNTERPART[name] : undefined;
    if (asksNothing === undefined) body[name] = value;
    else if (!asksNothing(value, tools)) refusals.refuse(name);
  }
  return body;
}

function instructionsOf(request: Json): Json[] {
  const instructions = optionalString(request['instructions'], 'instructions', 'request') ?? '';
  return instructions === '' ? [] : [{ role: 'system', content: instructions }];
}

function responseFormatOf(value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const format = objectAt(value, 'text.format', 'request');
  const type = stringAt(format['type'], 'text.format.type', 'request');
  if (type === 'text') return undefined;
  if (type === 'json_object') return { type };
  if (type !== 'json_schema')
    throw wrongType('request', 'text.format.type', 'text, json_object or json_schema');
  const { type: _type, ...definition } = format;
  return { type, json_schema: definition };
}

const optionalObject = (value: unknown, field: string): Json =>
  value === undefined || value === null ? {} : objectAt(value, field, 'request');
