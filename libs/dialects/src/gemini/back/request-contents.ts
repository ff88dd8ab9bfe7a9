import {
  isObject,
  listAt,
  objectAt,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../../json/json.js';
import type { Refusals } from '../../refusals.js';
import { isMadeCallId } from '../call-ids.js';
import { modelParts } from './model-parts.js';
import { partsOf } from './request-parts.js';
import { isSinceGemini3 } from './thinking-config.js';

interface Conversation {
  /** Parts of the system instruction. */
  readonly system: Json[];
  readonly contents: Content[];
}

interface Content {
  readonly role: 'user' | 'model';
  readonly parts: Json[];
}

/**
 * Chat messages as Gemini's contents. Neighbours of one role become one, so that the answers to parallel calls stay together; system
 * messages of any place go to the top, as Gemini has no other for them.
 */
export function conversationOf(value: unknown, model: string, refusals: Refusals): Conversation {
  const system: Json[] = [];
  const contents: Content[] = [];
  /** Names of the functions by the ids of their calls: Gemini wants both with an answer. */
  const names = new Map<unknown, string>();
  listAt(value, 'messages', 'request').forEach((entry, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(entry, field, 'request');
    const role = stringAt(message['role'], `${field}.role`, 'request');
    if (role === 'system' || role === 'developer')
      system.push(...partsOf(message['content'], `${field}.content`));
    else if (role === 'user') addTo(contents, 'user', partsOf(message['content'], `${field}.content`));
    else if (role === 'tool') addTo(contents, 'user', resultParts(message, field, model, names));
    else if (role === 'assistant')
      addTo(contents, 'model', modelParts(message, field, model, names, refusals));
    else throw wrongType('request', `${field}.role`, 'system, developer, user, assistant or tool');
  });
  // Gemini refuses a conversation without contents, OpenAI does not.
  if (contents.length === 0 && system.length > 0)
    return { system: [], contents: [{ role: 'user', parts: system }] };
  return { system, contents };
}

function addTo(contents: Content[], role: Content['role'], parts: Json[]): void {
  if (parts.length === 0) return;
  const last = contents.at(-1);
  if (last?.role === role) last.parts.push(...parts);
  else contents.push({ role, parts: [...parts] });
}

/** The answer of a function. What it holds beside texts is a part of it since Gemini 3, and follows it before. */
function resultParts(
  message: Json,
  field: string,
  model: string,
  names: ReadonlyMap<unknown, string>,
): Json[] {
  const id = stringAt(message['tool_call_id'], `${field}.tool_call_id`, 'request');
  const name = names.get(id) ?? optionalString(message['name'], `${field}.name`, 'request');
  if (name === undefined)
    throw wrongType('request', `${field}.tool_call_id`, 'the id of a call of an earlier message');
  const parts = partsOf(message['content'], `${field}.content`);
  const text = parts.flatMap((part) => (typeof part['text'] === 'string' ? [part['text']] : [])).join('\n');
  const media = parts.filter((part) => typeof part['text'] !== 'string');
  const isInside = media.length > 0 && isSinceGemini3(model);
  const functionResponse = {
    ...(!isMadeCallId(id) && { id }),
    name,
    response: responseOf(text, message['is_error'] === true),
    ...(isInside && { parts: media }),
  };
  return [{ functionResponse }, ...(isInside ? [] : media)];
}

/** Gemini wants an object: the one that the text is, else one of Gemini's own words for it. */
function responseOf(text: string, isError: boolean): Json {
  if (isError) return { error: text };
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // A text like any other.
  }
  return { output: text };
}
