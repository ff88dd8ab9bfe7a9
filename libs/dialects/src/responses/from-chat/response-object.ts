import { fieldOf } from '../../usage/count.js';
import { isObject, type Json } from '../../json/json.js';

export interface ResponseHead {
  readonly id: string;
  /** The model name that the caller sees. */
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
  /** The caller's own request, which a response repeats. */
  readonly request: Json;
}

/** A response of which nothing has come yet, with all the fields that OpenAI's clients look for. */
export function emptyResponse({ id, model, created, request }: ResponseHead): Json {
  const asked = (name: string, otherwise: unknown): unknown => request[name] ?? otherwise;
  return {
    id,
    object: 'response',
    created_at: created,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: asked('instructions', null),
    max_output_tokens: asked('max_output_tokens', null),
    max_tool_calls: asked('max_tool_calls', null),
    model,
    output: [],
    parallel_tool_calls: asked('parallel_tool_calls', true),
    previous_response_id: asked('previous_response_id', null),
    prompt_cache_key: asked('prompt_cache_key', null),
    reasoning: {
      effort: fieldOf(request['reasoning'], 'effort') ?? null,
      summary: fieldOf(request['reasoning'], 'summary') ?? null,
    },
    safety_identifier: asked('safety_identifier', null),
    service_tier: asked('service_tier', 'auto'),
    store: asked('store', true),
    temperature: asked('temperature', 1),
    text: {
      format: { type: 'text' },
      verbosity: 'medium',
      ...(isObject(request['text']) && request['text']),
    },
    tool_choice: asked('tool_choice', 'auto'),
    tools: asked('tools', []),
    top_logprobs: asked('top_logprobs', 0),
    top_p: asked('top_p', 1),
    truncation: asked('truncation', 'disabled'),
    usage: null,
    user: asked('user', null),
    metadata: asked('metadata', {}),
  };
}

/** How a chat's answer ended, in a response's words. */
export function endOf(finishReason: unknown): Json {
  if (finishReason === 'length')
    return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  if (finishReason === 'content_filter')
    return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  return { status: 'completed' };
}
