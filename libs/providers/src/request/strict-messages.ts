import type { Json } from '@tollgate/dialects';
import { isJson } from '../response/parse-payload.js';

/** What the canonical form has beyond OpenAI's own: meant for providers that know it, refused by those that check. */
const EXTENSIONS: ReadonlySet<string> = new Set([
  'thinking_blocks',
  'reasoning_content',
  'provider_specific_fields',
  'cache_control',
  'images',
  'annotations',
]);

/** Messages, with their tool calls and parts, as OpenAI itself has them. Lists of anything else stay as they are. */
export const strictMessages = (messages: unknown): unknown => stripped(messages, NESTED);

/** Lists in a message whose items may have extensions too. */
const NESTED: ReadonlySet<string> = new Set(['tool_calls', 'content']);
const NONE: ReadonlySet<string> = new Set();

function stripped(items: unknown, nested: ReadonlySet<string>): unknown {
  if (!Array.isArray(items)) return items;
  return (items as unknown[]).map((item) => (isJson(item) ? withoutExtensions(item, nested) : item));
}

function withoutExtensions(item: Json, nested: ReadonlySet<string>): Json {
  const kept: Json = {};
  for (const name in item) {
    if (!EXTENSIONS.has(name)) kept[name] = nested.has(name) ? stripped(item[name], NONE) : item[name];
  }
  return kept;
}
