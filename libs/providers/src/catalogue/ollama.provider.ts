import type { PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { openAiCompatible, openAiEndpoints } from './openai-compatible.js';

/** Its OpenAI-compatible endpoints are below `/v1`, which people give or leave out. */
const below = ({ basePath }: PathQuery, suffix: string): string =>
  `${basePath.replace(/\/v1$/, '')}/v1${suffix}`;

/** Ollama through its OpenAI-compatible endpoint; LiteLLM knows it by two names. */
const named = (name: string): Provider => ({
  ...openAiCompatible({
    name,
    baseUrl: 'http://localhost:11434',
    keyVariables: ['OLLAMA_API_KEY'],
    baseVariables: ['OLLAMA_API_BASE'],
    needsKey: false,
    prefill: 'trailing',
  }),
  endpoints: () => ENDPOINTS,
});

const ENDPOINTS = [
  { dialect: 'openai-chat', path: (query: PathQuery) => below(query, '/chat/completions') } as const,
  ...openAiEndpoints(['openai-embeddings', 'openai-completions', 'openai-responses'], below),
];

export const ollama = named('ollama');
export const ollamaChat = named('ollama_chat');
