import { isObject, listAt, objectAt, optionalList, stringAt, wrongType, type Json } from '../../json/json.js';
import { madeCallId } from '../call-ids.js';
import { fieldAt } from '../fields.js';
import { markedSignature, unsealedThinking } from '../thought-signature.js';
import { chatPartOf } from './front-parts.js';

interface Call {
  readonly id: string;
  readonly name: string;
}

/** Gemini's system instruction and contents as chat messages. */
export function messagesOf(request: Json): Json[] {
  const system = systemContent(fieldAt(request, 'systemInstruction'));
  /** Calls that are not answered yet: answers without an id go to the first of their name. */
  const open: Call[] = [];
  const messages = contentsOf(request['contents']).flatMap((value, index) => {
    const field = `contents[${index}]`;
    const content = objectAt(value, field, 'request');
    const role = content['role'] ?? 'user';
    const parts = partsAt(content['parts'], `${field}.parts`);
    if (role === 'model') return modelMessage(parts, `${field}.parts`, index, open);
    if (role === 'user' || role === 'function' || role === 'tool')
      return userMessages(parts, `${field}.parts`, open);
    throw wrongType('request', `${field}.role`, 'user or model');
  });
  return system === undefined ? messages : [{ role: 'system', content: system }, ...messages];
}

/** NOTE the API takes one content for a list. */
const contentsOf = (value: unknown): readonly unknown[] =>
  isObject(value) ? [value] : listAt(value, 'contents', 'request');

const partsAt = (value: unknown, field: string): Json[] =>
  (isObject(value) ? [value] : optionalList(value, field, 'request')).map((part, index) =>
    objectAt(part, `${field}[${index}]`, 'request'),
  );

/** NOTE the API takes a text or a single part too. */
function systemContent(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  const field = 'systemInstruction';
  const content = objectAt(value, field, 'request');
  const parts = content['parts'] === undefined ? [content] : partsAt(content['parts'], `${field}.parts`);
  return contentOf(parts, `${field}.parts`) ?? undefined;
}

/** A lone text as a string, which every provider takes; else parts; null where there are none. */
function contentOf(parts: readonly Json[], field: string): unknown {
  const content = parts.map((part, index) => chatPartOf(part, `${field}[${index}]`)).filter(isObject);
  if (content.length === 0) return null;
  return content.length === 1 && content[0]?.['type'] === 'text' ? content[0]['text'] : content;
}

/** Results become messages of their own, before the rest of the turn: OpenAI wants them right after the calls. */
function userMessages(parts: readonly Json[], field: string, open: Call[]): Json[] {
  const results = parts.flatMap((part, index) => {
    const response = fieldAt(part, 'functionResponse');
    if (response === undefined) return [];
    const at = `${field}[${index}].functionResponse`;
    return [toolMessage(objectAt(response, at, 'request'), at, open)];
  });
  const rest = contentOf(
    parts.filter((part) => fieldAt(part, 'functionResponse') === undefined),
    field,
  );
  return rest === null ? results : [...results, { role: 'user', content: rest }];
}

function toolMessage(result: Json, field: string, open: Call[]): Json {
  const name = stringAt(result['name'], `${field}.name`, 'request');
  const { id } = result;
  const place = open.findIndex((call) =>
    typeof id === 'string' && id !== '' ? call.id === id : call.name === name,
  );
  const [call] = place < 0 ? [] : open.splice(place, 1);
  const response = objectAt(result['response'] ?? {}, `${field}.response`, 'request');
  const media = partsAt(result['parts'], `${field}.parts`);
  const text = textOfResponse(response);
  const content =
    media.length === 0
      ? text
      : [
          { type: 'text', text },
          ...media.map((part, index) => chatPartOf(part, `${field}.parts[${index}]`)).filter(isObject),
        ];
  return {
    role: 'tool',
    tool_call_id: call?.id ?? (typeof id === 'string' && id !== '' ? id : madeCallId(name)),
    name,
    content,
    ...(isErrorAlone(response) && { is_error: true }),
  };
}

/** `output` and `error` are Gemini's words for a response that is no object; all else is the response itself. */
function textOfResponse(response: Json): string {
  const text = isErrorAlone(response) ? response['error'] : response['output'];
  const isAlone = Object.keys(response).length === 1;
  return isAlone && typeof text === 'string' && !isJsonObject(text) ? text : JSON.stringify(response);
}

const isErrorAlone = (response: Json): boolean =>
  Object.keys(response).length === 1 && typeof response['error'] === 'string';

function isJsonObject(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

function modelMessage(parts: readonly Json[], field: string, turn: number, open: Call[]): Json[] {
  const calls: Json[] = [];
  const thinking: Json[] = [];
  const rest: Json[] = [];
  parts.forEach((part, index) => {
    const signature = fieldAt(part, 'thoughtSignature');
    const sealed = typeof signature === 'string' ? unsealedThinking(signature) : null;
    if (sealed !== null) thinking.push(...sealed);
    const own = sealed === null && typeof signature === 'string' ? signature : undefined;
    const call = fieldAt(part, 'functionCall');
    if (call !== undefined) {
      const at = `${field}[${index}].functionCall`;
      calls.push(
        toolCall(objectAt(call, at, 'request'), at, { own, id: madeCallId(`${turn}_${calls.length}`) }, open),
      );
      return;
    }
    if (part['thought'] === true) thinking.push(thinkingBlock(part['text'], own));
    else rest.push(part);
    if (part['thought'] !== true && own !== undefined) thinking.push(thinkingBlock('', own));
  });
  const content = contentOf(rest, field);
  if (content === null && calls.length === 0 && thinking.length === 0) return [];
  const reasoning = thinking
    .map((block) => block['thinking'])
    .filter((text) => typeof text === 'string')
    .join('');
  return [
    {
      role: 'assistant',
      content,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(thinking.length > 0 && { thinking_blocks: thinking }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ];
}

const thinkingBlock = (text: unknown, signature: string | undefined): Json => ({
  type: 'thinking',
  thinking: typeof text === 'string' ? text : '',
  signature: signature === undefined ? '' : markedSignature(signature),
});

function toolCall(
  call: Json,
  field: string,
  made: { readonly own: string | undefined; readonly id: string },
  open: Call[],
): Json {
  const name = stringAt(call['name'], `${field}.name`, 'request');
  const args = objectAt(call['args'] ?? {}, `${field}.args`, 'request');
  const id = typeof call['id'] === 'string' && call['id'] !== '' ? call['id'] : made.id;
  open.push({ id, name });
  return {
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
    ...(made.own !== undefined && { provider_specific_fields: { thought_signature: made.own } }),
  };
}
