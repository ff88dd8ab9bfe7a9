import { optionalNumber, optionalString, stringAt, isObject, type Json } from '../json/json.js';
import { chatMessagesOf } from './request-messages.js';
import { chatToolChoiceOf, chatToolsOf } from './request-tools.js';

/** Fields that the translation reads; all others travel on. */
const CONSUMED = new Set([
  'messages',
  'system',
  'tools',
  'tool_choice',
  'max_tokens',
  'stop_sequences',
  'thinking',
  'output_config',
  'metadata',
  'service_tier',
  'temperature',
]);

/**
 * An Anthropic messages request as an OpenAI chat request. What only providers with extensions of OpenAI's format read
 * (`thinking_blocks`, `reasoning_content`, `cache_control`) is kept in place; unknown fields travel on.
 * Throws `invalid_request` naming a field of the wrong shape, `unsupported_parameter` for Anthropic's own server tools.
 */
export function messagesToChat(request: Json): Json {
  const travelling = Object.entries(request).filter(([name]) => !CONSUMED.has(name));
  const tools = chatToolsOf(request);
  return {
    ...Object.fromEntries(travelling),
    model: stringAt(request['model'], 'model', 'request'),
    messages: chatMessagesOf(request),
    ...present({
      ...tools,
      ...(tools['tools'] !== undefined && chatToolChoiceOf(request['tool_choice'])),
      max_tokens: optionalNumber(request['max_tokens'], 'max_tokens', 'request'),
      temperature: optionalNumber(request['temperature'], 'temperature', 'request'),
      stop: request['stop_sequences'] ?? undefined,
      reasoning_effort: effortOf(request),
      response_format: responseFormatOf(request['output_config']),
      user: isObject(request['metadata']) ? (request['metadata']['user_id'] ?? undefined) : undefined,
      service_tier: serviceTierOf(request['service_tier']),
    }),
  };
}

/** Anthropic's own word for effort goes first. */
function effortOf(request: Json): string | undefined {
  const config = request['output_config'];
  if (isObject(config) && typeof config['effort'] === 'string') return config['effort'];
  return effortOfThinking(request['thinking']);
}

/** The inverse of the budgets that `reasoning_effort` stands for. */
export function effortOfThinking(thinking: unknown): string | undefined {
  if (!isObject(thinking)) return undefined;
  if (thinking['type'] === 'adaptive') return 'medium';
  const budget = thinking['budget_tokens'];
  if (thinking['type'] !== 'enabled' || typeof budget !== 'number') return undefined;
  if (budget <= 1024) return 'low';
  return budget <= 2048 ? 'medium' : 'high';
}

function responseFormatOf(config: unknown): Json | undefined {
  const format = isObject(config) ? config['format'] : undefined;
  if (!isObject(format) || format['type'] !== 'json_schema') return undefined;
  return { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: format['schema'] } };
}

function serviceTierOf(value: unknown): string | undefined {
  const tier = optionalString(value, 'service_tier', 'request');
  return tier === 'standard_only' ? 'default' : tier;
}

const present = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
