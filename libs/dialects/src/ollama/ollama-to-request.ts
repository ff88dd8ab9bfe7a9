import type { FrontOptions } from '../codec/codec.js';
import { objectAt, optionalList, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { Refusals } from '../refusals.js';
import { chatMessagesOfOllama } from './ollama-chat-messages.js';
import { effortOf, responseFormatOf } from './ollama-fields.js';
import { fieldsOfOptions } from './ollama-options.js';

/** Fields that the translation reads, and `keep_alive`, which steers Ollama's own memory. */
const CONSUMED = new Set([
  'model',
  'messages',
  'tools',
  'format',
  'options',
  'think',
  'keep_alive',
  'stream',
]);

/** A request of Ollama's `/api/chat` as a chat request. */
export function ollamaToRequest(request: Json, { model, stream, dropParams }: FrontOptions): Json {
  const refusals = new Refusals(dropParams, TARGET);
  const travelling = Object.entries(request).filter(([name, value]) => !CONSUMED.has(name) && value !== null);
  const tools = optionalList(request['tools'], 'tools', 'request').map((tool, index) =>
    objectAt(tool, `tools[${index}]`, 'request'),
  );
  return {
    ...Object.fromEntries(travelling),
    model,
    messages: chatMessagesOfOllama(request['messages']),
    stream,
    ...sharedRequestFields(request, refusals),
    ...present({ tools: tools.length > 0 ? tools : undefined }),
  };
}

/** Who does not support what has no counterpart in a chat request. */
export const TARGET = 'A provider other than Ollama';

/** What both of Ollama's chat endpoints have. */
export const sharedRequestFields = (request: Json, refusals: Refusals): Json => ({
  ...fieldsOfOptions(request['options'], refusals),
  ...present({
    response_format: responseFormatOf(request['format']),
    reasoning_effort: effortOf(request['think']),
  }),
});
