import { isObject, type Json } from '../../json/json.js';
import type { NameInResponses } from '../namespaces.js';
import { reasoningItemOf } from '../reasoning.js';

export const COMPLETED = 'completed';

export const reasoningItem = (id: string, block: Json): Json => ({
  id,
  summary: [],
  ...reasoningItemOf(block),
  type: 'reasoning',
});

export const messageItem = (id: string, content: readonly Json[], status: string): Json => ({
  id,
  type: 'message',
  status,
  role: 'assistant',
  content,
});

export const textPart = (text: string, annotations: readonly Json[], logprobs: readonly Json[]): Json => ({
  type: 'output_text',
  text,
  annotations,
  logprobs,
});

export const refusalPart = (refusal: string): Json => ({ type: 'refusal', refusal });

export interface Call extends NameInResponses {
  /** The call's own id, not the item's. */
  readonly id: string;
  readonly isCustom: boolean;
  /** Its arguments or, of a custom tool, its input. */
  readonly text: string;
}

export const callItem = (id: string, call: Call, status: string): Json => ({
  id,
  type: call.isCustom ? 'custom_tool_call' : 'function_call',
  status,
  ...(call.isCustom ? { input: call.text } : { arguments: call.text }),
  call_id: call.id,
  name: call.name,
  ...(call.namespace !== undefined && { namespace: call.namespace }),
});

const DATA_URL = /^data:image\/(\w+);base64,/;

/** An image of a chat's answer, as if a tool had made it; undefined for what is no image. */
export function imageItem(id: string, image: unknown): Json | undefined {
  const target = isObject(image) ? image['image_url'] : undefined;
  const url = isObject(target) ? target['url'] : undefined;
  if (typeof url !== 'string') return undefined;
  const [prefix = '', format] = DATA_URL.exec(url) ?? [];
  return {
    id,
    type: 'image_generation_call',
    status: 'completed',
    ...(format !== undefined && { output_format: format }),
    result: url.slice(prefix.length),
  };
}
