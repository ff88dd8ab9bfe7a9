import { isObject, objectAt, listAt, type Json } from '../json/json.js';

const THOUGHTS: ReadonlySet<string> = new Set(['reasoning_content', 'reasoning', 'thinking_blocks']);

/** Chunks that say what a whole chat completion says: its thoughts, its message, its tool calls, its end, its usage. */
export function chunksOfAnswer(answer: Json): Json[] {
  const { usage, choices, ...rest } = answer;
  const head = { ...rest, object: 'chat.completion.chunk' };
  const parts = listAt(choices, 'choices', 'answer').flatMap((value, place) =>
    partsOf(objectAt(value, `choices[${place}]`, 'answer'), place),
  );
  const chunks: Json[] = parts.map((part) => ({ ...head, choices: [part] }));
  return isObject(usage) ? [...chunks, { ...head, choices: [], usage }] : chunks;
}

function partsOf(choice: Json, place: number): Json[] {
  const { message, finish_reason: finishReason, logprobs = null, index = place } = choice;
  const said = objectAt(message, `choices[${place}].message`, 'answer');
  const { role = 'assistant', tool_calls: calls, ...fields } = said;
  const [thoughts, words]: [Json, Json] = [{}, {}];
  for (const [name, value] of Object.entries(fields)) (THOUGHTS.has(name) ? thoughts : words)[name] = value;
  const part = (delta: Json): Json => ({ index, delta, logprobs: null, finish_reason: null });
  return [
    part({ role, content: '' }),
    ...(Object.keys(thoughts).length > 0 ? [part(thoughts)] : []),
    { ...part(words), logprobs },
    ...(Array.isArray(calls) && calls.length > 0 ? [part({ tool_calls: calls.map(numbered) })] : []),
    { ...part({}), finish_reason: finishReason },
  ];
}

const numbered = (call: unknown, index: number): Json => ({ index, ...(isObject(call) ? call : {}) });
