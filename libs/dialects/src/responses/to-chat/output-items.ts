import { fieldOf } from '../../usage/count.js';
import { optionalString, stringAt, type Json } from '../../json/json.js';

/** The tool call of an item; null for an item that is none. */
export function toolCallOf(item: Json, field: string): Json | null {
  const { type } = item;
  if (type !== 'function_call' && type !== 'custom_tool_call') return null;
  const id = stringAt(item['call_id'] ?? item['id'], `${field}.call_id`, 'answer');
  const name = stringAt(item['name'], `${field}.name`, 'answer');
  if (type === 'custom_tool_call') {
    const input = optionalString(item['input'], `${field}.input`, 'answer') ?? '';
    return { id, type: 'custom', custom: { name, input } };
  }
  const text = optionalString(item['arguments'], `${field}.arguments`, 'answer') ?? '';
  return { id, type: 'function', function: { name, arguments: text === '' ? '{}' : text } };
}

/** The image that the provider's own tool has made; null for any other item. */
export function imageOf({ type, result, output_format: format }: Json): Json | null {
  if (type !== 'image_generation_call' || typeof result !== 'string' || result === '') return null;
  // NOTE xAI gives a URL where OpenAI gives the image itself.
  const isUrl = /^(?:https?|data):/.test(result);
  const url = isUrl ? result : `data:image/${typeof format === 'string' ? format : 'png'};base64,${result}`;
  return { type: 'image_url', image_url: { url } };
}

/** OpenAI's `finish_reason` for how a response ended. */
export function finishReasonOf(response: Json, hasCalls: boolean): string {
  const reason = fieldOf(response['incomplete_details'], 'reason');
  if (reason === 'content_filter') return 'content_filter';
  if (response['status'] === 'incomplete') return 'length';
  return hasCalls ? 'tool_calls' : 'stop';
}
