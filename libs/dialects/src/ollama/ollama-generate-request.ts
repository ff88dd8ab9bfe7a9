import type { BackOptions, FrontOptions } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { listAt, objectAt, optionalString, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { Refusals } from '../refusals.js';
import { FIELDS } from './chat-to-ollama.js';
import { chatContentOf } from './ollama-chat-messages.js';
import { sharedFieldsOf } from './ollama-fields.js';
import { contentOf } from './ollama-messages.js';
import { optionsOf } from './ollama-options.js';
import { TARGET, sharedRequestFields } from './ollama-to-request.js';

/** Fields that the translation reads, and `keep_alive`, which steers Ollama's own memory. */
const CONSUMED = new Set([
  ...['model', 'prompt', 'system', 'images', 'format', 'options', 'think', 'keep_alive', 'stream'],
  ...['suffix', 'template', 'context', 'raw'],
]);

/** A request of Ollama's `/api/generate` as a chat request: its system text and one message. */
export function generateToRequest(request: Json, { model, stream, dropParams }: FrontOptions): Json {
  const refusals = new Refusals(dropParams, TARGET);
  for (const [field, value] of Object.entries(ownFields(request))) if (asks(value)) refusals.refuse(field);
  const travelling = Object.entries(request).filter(([name, value]) => !CONSUMED.has(name) && value !== null);
  const system = optionalString(request['system'], 'system', 'request') ?? '';
  const user = { role: 'user', content: chatContentOf(request, 'prompt') };
  return {
    ...Object.fromEntries(travelling),
    model,
    messages: system === '' ? [user] : [{ role: 'system', content: system }, user],
    stream,
    ...sharedRequestFields(request, refusals),
  };
}

/** What only the model's own server can do: text between two texts, templates, tokens of an earlier answer. */
const ownFields = ({ suffix, template, context, raw }: Json): Json => ({ suffix, template, context, raw });

const asks = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : ![undefined, null, '', false].includes(value as string);

/** A chat request as one of `/api/generate`, which takes a system text and one message, and no tools. */
export function chatToGenerate(request: Json, { model, stream, dropParams }: BackOptions): TranslatedRequest {
  const refusals = new Refusals(dropParams, "Ollama's /api/generate");
  if (Array.isArray(request['tools']) && request['tools'].length > 0) refusals.refuse('tools');
  const { content: prompt, ...prompted } = promptOf(request['messages'], refusals);
  const body: Json = {
    ...FIELDS.travelling(request, refusals),
    model,
    prompt,
    ...prompted,
    stream,
    ...sharedFieldsOf(request, model),
    ...present({ options: optionsOf(request) }),
  };
  return { body, dropped: refusals.dropped };
}

function promptOf(value: unknown, refusals: Refusals): Json {
  const system: unknown[] = [];
  let asked: Json | undefined;
  listAt(value, 'messages', 'request').forEach((entry, index) => {
    const field = `messages[${index}]`;
    const message = objectAt(entry, field, 'request');
    const { role } = message;
    const content = contentOf(message, field, refusals);
    if (role === 'system' || role === 'developer') system.push(content['content']);
    else if (role === 'user' && asked === undefined) asked = content;
    else refusals.refuse(field, 'more than one message of the user');
  });
  return { content: '', ...asked, ...(system.length > 0 && { system: system.join('\n') }) };
}
