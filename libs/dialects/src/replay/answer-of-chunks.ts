import { ToolCallDeltas, type ToolCallSoFar } from '../codec/tool-call-deltas.js';
import { isObject, type Json } from '../json/json.js';

/** Parts of a delta that are joined as they come. */
const TEXTS = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const;
const DELTA: ReadonlySet<string> = new Set([...TEXTS, 'role', 'tool_calls']);
const CALL: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function', 'custom']);
const OF_CHUNK: ReadonlySet<string> = new Set(['choices', 'usage', 'object']);

interface Choice {
  readonly texts: Map<string, string>;
  readonly calls: ToolCallDeltas;
  finishReason: unknown;
  logprobs: Json | null;
}

/**
 * The whole chat completion that these chunks make. Null where they hold what is not known to be joined (signatures, sound,
 * citations): it would be lost.
 */
export function answerOfChunks(chunks: readonly Json[]): Json | null {
  const choices = new Map<number, Choice>();
  let head: Json = {};
  let usage: unknown;
  for (const chunk of chunks) {
    head = { ...restOf(chunk, OF_CHUNK), ...head };
    usage = chunk['usage'] ?? usage;
    for (const part of listOf(chunk['choices'])) if (!isObject(part) || !add(part, choices)) return null;
  }
  if (choices.size === 0) return null;
  const ordered = [...choices].sort(([left], [right]) => left - right);
  return {
    ...head,
    object: 'chat.completion',
    choices: ordered.map(([index, choice]) => wholeChoice(index, choice)),
    ...(isObject(usage) && { usage }),
  };
}

/** False: something of it would be lost. */
function add(part: Json, choices: Map<number, Choice>): boolean {
  const index = typeof part['index'] === 'number' ? part['index'] : 0;
  const choice = choices.get(index) ?? {
    ...{ texts: new Map<string, string>(), calls: new ToolCallDeltas(), finishReason: null, logprobs: null },
  };
  choices.set(index, choice);
  choice.finishReason = part['finish_reason'] ?? choice.finishReason;
  if (isObject(part['logprobs'])) choice.logprobs = joinedLogprobs(choice.logprobs, part['logprobs']);
  const delta = isObject(part['delta']) ? part['delta'] : {};
  const calls = listOf(delta['tool_calls']);
  if (!holdsOnly(delta, DELTA) || !calls.every((call) => isObject(call) && holdsOnly(call, CALL)))
    return false;
  choice.calls.push(calls);
  for (const name of TEXTS) {
    const text = delta[name] ?? '';
    if (typeof text !== 'string') return false;
    if (text !== '') choice.texts.set(name, `${choice.texts.get(name) ?? ''}${text}`);
  }
  return true;
}

function wholeChoice(index: number, { texts, calls, finishReason, logprobs }: Choice): Json {
  const toolCalls = calls.end().map(wholeCall);
  const message = {
    role: 'assistant',
    content: toolCalls.length > 0 || texts.has('refusal') ? null : '',
    ...Object.fromEntries(texts),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  };
  return { index, message, logprobs, finish_reason: finishReason };
}

const wholeCall = ({ id, name, isCustom, json }: ToolCallSoFar): Json =>
  isCustom
    ? { id, type: 'custom', custom: { name, input: json } }
    : { id, type: 'function', function: { name, arguments: json } };

/** Lists of tokens, one behind the other. */
function joinedLogprobs(known: Json | null, more: Json): Json {
  const joined: Json = { ...known };
  for (const [name, value] of Object.entries(more))
    joined[name] = Array.isArray(value)
      ? [...listOf(joined[name]), ...listOf(value)]
      : (joined[name] ?? value);
  return joined;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const holdsOnly = (value: Json, known: ReadonlySet<string>): boolean =>
  Object.entries(value).every(([name, held]) => known.has(name) || isNothing(held));

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

const restOf = (value: Json, without: ReadonlySet<string>): Json =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !without.has(name)));
