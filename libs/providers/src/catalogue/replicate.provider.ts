import { GatewayError } from '@tollgate/contracts';
import { Refusals, wordOf, type Json } from '@tollgate/dialects';
import type { Adapter } from '../kit/adapter.js';
import type { Provider } from '../provider.js';
import { jsonOf, refuseFields } from './adapted-bodies.js';
import { openAiCompatible } from './openai-compatible.js';
import { completionOf } from './replicate-answer.js';

/** Fields of a chat request that its models have no input for. */
const MISSING = [
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'response_format'],
  ...['logprobs', 'top_logprobs', 'logit_bias', 'audio', 'web_search_options', 'reasoning_effort'],
];

/** Chat as a prediction that is waited for. Inputs have the names that Replicate's language models share. */
const CHAT: Adapter = {
  request({ body, dropParams }) {
    const { model, messages, stream, stream_options: _streaming, user: _user, ...rest } = jsonOf(body);
    if (stream === true) throw noStreams();
    const refusals = new Refusals(dropParams, 'Replicate');
    const missing = Object.fromEntries(MISSING.map((name) => [name, rest[name]]));
    refuseFields(missing, refusals);
    if (rest['n'] !== undefined && rest['n'] !== 1) refusals.refuse('n');
    const { max_completion_tokens: most, max_tokens: maxTokens = most, stop, n: _n, ...own } = rest;
    const input = {
      ...Object.fromEntries(Object.entries(own).filter(([name]) => !MISSING.includes(name))),
      ...promptOf(messages as Json[], refusals),
      ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      ...(stop !== undefined && { stop_sequences: Array.isArray(stop) ? stop.join(',') : stop }),
    };
    const [, version] = String(model).split(':');
    const prediction = version === undefined ? { input } : { version, input };
    return { path: '', body: Buffer.from(JSON.stringify(prediction)), contentType: 'application/json' };
  },
  answer: completionOf,
};

const noStreams = (): GatewayError =>
  new GatewayError('unsupported_parameter', "Replicate's answers are not streamed: leave out 'stream'", {
    param: 'stream',
  });

/** Models take a system text and one prompt: a conversation is written down turn by turn. */
function promptOf(messages: readonly Json[], refusals: Refusals): Json {
  const turns = messages.map(({ role, content }, index) => ({
    role: wordOf(role),
    text: textOf(content, `messages[${index}].content`, refusals),
  }));
  const isSystem = ({ role }: { role: string }): boolean => role === 'system' || role === 'developer';
  const system = turns.filter(isSystem).map(({ text }) => text);
  const spoken = turns.filter((turn) => !isSystem(turn));
  const written = spoken.map(({ role, text }) => `${role === 'assistant' ? 'Assistant' : 'User'}: ${text}`);
  const prompt = spoken.length === 1 ? (spoken[0]?.text ?? '') : [...written, 'Assistant:'].join('\n\n');
  return { prompt, ...(system.length > 0 && { system_prompt: system.join('\n') }) };
}

function textOf(content: unknown, field: string, refusals: Refusals): string {
  if (!Array.isArray(content)) return typeof content === 'string' ? content : '';
  return (content as Json[])
    .map((part, index) => {
      if (typeof part['text'] === 'string') return part['text'];
      refusals.refuse(`${field}[${index}]`, 'content other than text');
      return '';
    })
    .join('\n');
}

export const replicate: Provider = {
  ...openAiCompatible({
    name: 'replicate',
    baseUrl: 'https://api.replicate.com/v1',
    keyVariables: ['REPLICATE_API_KEY', 'REPLICATE_API_TOKEN'],
    baseVariables: ['REPLICATE_API_BASE'],
  }),
  endpoints: () => ENDPOINTS,
  // The prediction is answered when it is done, if that is within a minute.
  defaultHeaders: { prefer: 'wait' },
};

const ENDPOINTS = [
  {
    dialect: 'openai-chat' as const,
    // A model's version is run by its own id, a model without one by its name.
    path: ({ basePath, model }: { readonly basePath: string; readonly model: string }) =>
      model.includes(':') ? `${basePath}/predictions` : `${basePath}/models/${model}/predictions`,
    adapter: CHAT,
  },
];
