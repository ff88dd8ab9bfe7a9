import { isObject, objectAt, type Json } from '../json/json.js';
import type { Refusals } from '../refusals.js';
import { maxTokensOf } from '../to-anthropic/request-parameters.js';

/** Ollama's options that a chat request has on its top level, by the same name. */
const SAME_NAME = ['temperature', 'top_p', 'top_k', 'min_p', 'seed', 'frequency_penalty', 'presence_penalty'];

/** Ollama's options that a chat request has not, and that Ollama's users write beside the others all the same. */
const OWN_OPTIONS = [
  'num_ctx',
  'num_batch',
  'num_gpu',
  'main_gpu',
  'num_thread',
  'num_keep',
  'use_mmap',
  'repeat_last_n',
  'repeat_penalty',
  'typical_p',
  'mirostat',
  'mirostat_eta',
  'mirostat_tau',
];

/** How the server holds and runs the model: nothing that shows in the answer of another provider. */
const OF_THE_SERVER = new Set([
  'num_ctx',
  'num_batch',
  'num_gpu',
  'main_gpu',
  'num_thread',
  'num_keep',
  'use_mmap',
  'use_mlock',
  'numa',
  'low_vram',
  'vocab_only',
  'f16_kv',
]);

/** Fields of a chat request that become options. */
export const OPTION_FIELDS: readonly string[] = [
  ...SAME_NAME,
  ...OWN_OPTIONS,
  'options',
  'stop',
  'max_tokens',
  'max_completion_tokens',
];

/** Ollama's `options` from a chat request; the caller's own go first. Undefined where there are none. */
export function optionsOf(request: Json): Json | undefined {
  const options: Json = {};
  for (const name of [...SAME_NAME, ...OWN_OPTIONS]) {
    if (request[name] !== undefined && request[name] !== null) options[name] = request[name];
  }
  const maxTokens = maxTokensOf(request);
  if (maxTokens !== undefined) options['num_predict'] = maxTokens;
  const { stop } = request;
  if (stop !== undefined && stop !== null) options['stop'] = Array.isArray(stop) ? stop : [stop];
  const own = request['options'];
  const all = { ...options, ...(isObject(own) ? own : {}) };
  return Object.keys(all).length > 0 ? all : undefined;
}

/** Fields of a chat request from Ollama's `options`. Refuses those that would change the answer and have no counterpart. */
export function fieldsOfOptions(value: unknown, refusals: Refusals): Json {
  if (value === undefined || value === null) return {};
  const fields: Json = {};
  for (const [name, option] of Object.entries(objectAt(value, 'options', 'request'))) {
    if (option === null || OF_THE_SERVER.has(name)) continue;
    if (SAME_NAME.includes(name) || name === 'stop') fields[name] = option;
    else if (name !== 'num_predict') refusals.refuse(`options.${name}`);
    // Ollama's negative numbers are no bound at all.
    else if (typeof option !== 'number' || option >= 0) fields['max_tokens'] = option;
  }
  return fields;
}
