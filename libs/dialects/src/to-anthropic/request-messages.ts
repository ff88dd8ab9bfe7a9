import { isGeminiSignature } from '../gemini/thought-signature.js';
import {
  isObject,
  listAt,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../json/json.js';
import type { Refusals } from '../refusals.js';
import { blocksOf, isBlank } from './request-content.js';

export interface Conversation {
  readonly system: Json[];
  readonly messages: Turn[];
}

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: Json[];
}

/**
 * Chat messages as Anthropic's system text and turns. Neighbours of one role become one turn, order kept: parallel tool
 * results must share a user turn. System messages of any place go to the top, as Anthropic has no other for them.
 */
export function conversationOf(value: unknown, refusals: Refusals): Conversation {
  const system: Json[] = [];
  const turns: Turn[] = [];
  listAt(value, 'messages', 'request').forEach((entry, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(entry, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request');
    if (role === 'system' || role === 'developer')
      system.push(...cached(message, plainBlocks(message, field, refusals)));
    else if (role === 'user') addTo(turns, 'user', cached(message, plainBlocks(message, field, refusals)));
    else if (role === 'tool') addTo(turns, 'user', [toolResult(message, field, refusals)]);
    else if (role === 'assistant')
      addTo(turns, 'assistant', cached(message, assistantBlocks(message, field, refusals)));
    else throw wrongType('request', `${field}.role`, 'system, developer, user, assistant or tool');
  });
  // Anthropic refuses a conversation without turns, OpenAI does not.
  if (turns.length === 0 && system.length > 0)
    return { system: [], messages: [{ role: 'user', content: system }] };
  trimPrefill(turns);
  return { system, messages: turns };
}

const plainBlocks = (message: Json, field: string, refusals: Refusals): Json[] =>
  blocksOf(message['content'], `${field}.content`, refusals);

function addTo(turns: Turn[], role: Turn['role'], blocks: Json[]): void {
  if (blocks.length === 0) return;
  const last = turns.at(-1);
  if (last?.role === role) last.content.push(...blocks);
  else turns.push({ role, content: [...blocks] });
}

/** `cache_control` beside the content marks the end of the message: its last block. */
function cached(message: Json, blocks: Json[]): Json[] {
  const last = blocks.at(-1);
  if (message['cache_control'] === undefined || last === undefined) return blocks;
  return [...blocks.slice(0, -1), { ...last, cache_control: message['cache_control'] }];
}

function toolResult(message: Json, field: string, refusals: Refusals): Json {
  const blocks = plainBlocks(message, field, refusals);
  const only = blocks.length === 1 ? blocks[0] : undefined;
  // A breakpoint inside the result is written on the result: that is where Anthropic reads it.
  const marked =
    message['cache_control'] ??
    blocks.find((block) => block['cache_control'] !== undefined)?.['cache_control'];
  const content =
    only?.['type'] === 'text' ? only['text'] : blocks.map(({ cache_control: _mark, ...block }) => block);
  return {
    type: 'tool_result',
    tool_use_id: stringAt(message['tool_call_id'], `${field}.tool_call_id`, 'request'),
    ...(blocks.length > 0 && { content }),
    ...(typeof message['is_error'] === 'boolean' && { is_error: message['is_error'] }),
    ...(marked !== undefined && { cache_control: marked }),
  };
}

function assistantBlocks(message: Json, field: string, refusals: Refusals): Json[] {
  const calls = optionalList(message['tool_calls'], `${field}.tool_calls`, 'request');
  const refusal = optionalString(message['refusal'], `${field}.refusal`, 'request');
  return [
    ...thinkingBlocks(message, field),
    ...plainBlocks(message, field, refusals),
    ...(refusal === undefined || isBlank(refusal) ? [] : [{ type: 'text', text: refusal }]),
    ...calls.map((call, index) => toolUse(call, `${field}.tool_calls[${index}]`, refusals)).filter(isObject),
  ];
}

/** Thinking travels back only with its signature; Anthropic refuses it without, or with Gemini's. */
function thinkingBlocks(message: Json, field: string): Json[] {
  return optionalList(message['thinking_blocks'], `${field}.thinking_blocks`, 'request')
    .map((block, index) => objectAt(block, `${field}.thinking_blocks[${index}]`, 'request'))
    .filter(
      ({ type, signature }) =>
        type === 'redacted_thinking' ||
        (typeof signature === 'string' && signature !== '' && !isGeminiSignature(signature)),
    );
}

function toolUse(value: unknown, field: string, refusals: Refusals): Json | undefined {
  const call = objectAt(value, field, 'request');
  if (call['type'] === 'custom') {
    refusals.refuse(field, 'custom tools');
    return undefined;
  }
  const target = objectAt(call['function'], `${field}.function`, 'request');
  return {
    type: 'tool_use',
    id: stringAt(call['id'], `${field}.id`, 'request'),
    name: stringAt(target['name'], `${field}.function.name`, 'request'),
    input: argumentsOf(target['arguments'], `${field}.function.arguments`),
    ...(call['cache_control'] !== undefined && { cache_control: call['cache_control'] }),
  };
}

/** The arguments of a tool call, which a request has as JSON text. */
export function argumentsOf(value: unknown, field: string): Json {
  const text = optionalString(value, field, 'request') ?? '';
  if (isBlank(text)) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (!isObject(parsed)) throw wrongType('request', field, 'a string with a JSON object');
  return parsed;
}

/** Anthropic allows fewer characters in an id than others make them of; both ends of a pair change alike. */
export const withPlainIds = (turns: readonly Turn[]): Turn[] =>
  turns.map(({ role, content }) => ({ role, content: content.map(withPlainId) }));

function withPlainId(block: Json): Json {
  const name = block['type'] === 'tool_use' ? 'id' : 'tool_use_id';
  const id = block[name];
  return typeof id === 'string' && /[^\w-]/.test(id)
    ? { ...block, [name]: id.replaceAll(/[^\w-]/g, '_') }
    : block;
}

/** Anthropic refuses white space at the end of a prefilled answer. */
function trimPrefill(turns: Turn[]): void {
  const last = turns.at(-1);
  const block = last?.content.at(-1);
  if (last?.role !== 'assistant' || typeof block?.['text'] !== 'string') return;
  last.content.splice(-1, 1, { ...block, text: block['text'].trimEnd() });
}
