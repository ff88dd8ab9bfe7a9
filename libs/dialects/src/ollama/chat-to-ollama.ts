import type { BackOptions } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { FieldRules } from '../codec/travelling-fields.js';
import { isObject, objectAt, optionalList, stringAt, wordOf, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { Refusals } from '../refusals.js';
import { sharedFieldsOf } from './ollama-fields.js';
import { ollamaMessagesOf } from './ollama-messages.js';
import { OPTION_FIELDS, optionsOf } from './ollama-options.js';

/** Of requests for both of Ollama's chat endpoints. */
export const FIELDS = new FieldRules(
  [
    ...OPTION_FIELDS,
    'model',
    'messages',
    'stream',
    'tools',
    'tool_choice',
    'response_format',
    'reasoning_effort',
    'thinking',
    'think',
  ],
  [
    'n',
    'logit_bias',
    'parallel_tool_calls',
    'audio',
    'modalities',
    'prediction',
    'verbosity',
    'web_search_options',
    'service_tier',
    'functions',
    'function_call',
  ],
);

/** A chat request as one of Ollama's `/api/chat`. Ollama's own fields (`keep_alive`, `options`) travel. */
export function chatToOllama(request: Json, { model, stream, dropParams }: BackOptions): TranslatedRequest {
  const refusals = new Refusals(dropParams, 'Ollama');
  const body: Json = {
    ...FIELDS.travelling(request, refusals),
    model,
    messages: ollamaMessagesOf(request['messages'], refusals),
    // Said in any case: Ollama streams unless it is told not to.
    stream,
    ...sharedFieldsOf(request, model),
    ...present({ tools: toolsOf(request, refusals), options: optionsOf(request) }),
  };
  return { body, dropped: refusals.dropped };
}

/** Ollama has no choice of tools: none is offered where none may be called. */
function toolsOf(request: Json, refusals: Refusals): Json[] | undefined {
  const choice = request['tool_choice'];
  const isFree = choice === undefined || choice === null || choice === 'auto' || choice === 'none';
  if (!isFree) refusals.refuse('tool_choice', 'Ollama cannot force a tool');
  const tools = optionalList(request['tools'], 'tools', 'request').flatMap((value, index) => {
    const field = `tools[${index}]`;
    const { type, function: definition } = objectAt(value, field, 'request');
    if (!isObject(definition)) {
      refusals.refuse(field, `a tool of type '${wordOf(type)}'`);
      return [];
    }
    stringAt(definition['name'], `${field}.function.name`, 'request');
    return [{ type: 'function', function: definition }];
  });
  return tools.length === 0 || choice === 'none' ? undefined : tools;
}
