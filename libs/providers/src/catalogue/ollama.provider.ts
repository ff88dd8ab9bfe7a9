import type { Provider } from '../provider.js';
import { openAiCompatible } from './openai-compatible.js';

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
  path: ({ basePath }) => `${basePath.replace(/\/v1$/, '')}/v1/chat/completions`,
});

export const ollama = named('ollama');
export const ollamaChat = named('ollama_chat');
