import type { Json } from '@tollgate/dialects';
import { isJson } from './parse-payload.js';

const TEXT_FIELDS = ['content', 'reasoning_content', 'reasoning', 'refusal', 'text'] as const;

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

/** Generated characters of a delta, or of a whole message. */
export function deltaCharacters(delta: Json): number {
  let characters = 0;
  for (const field of TEXT_FIELDS) characters += lengthOf(delta[field]);
  const calls = delta['tool_calls'];
  if (!Array.isArray(calls)) return characters;
  for (const call of calls) {
    const target: unknown = isJson(call) ? call['function'] : undefined;
    if (isJson(target)) characters += lengthOf(target['arguments']);
  }
  return characters;
}

/** Those of a chat chunk (its deltas) or of a whole chat completion (its messages). */
export function chatCharacters({ choices }: Json): number {
  if (!Array.isArray(choices)) return 0;
  let characters = 0;
  for (const choice of choices as unknown[]) {
    if (!isJson(choice)) continue;
    const said = choice['delta'] ?? choice['message'];
    // Legacy completions have their text in the choice itself.
    characters += deltaCharacters(isJson(said) ? said : choice);
  }
  return characters;
}
