import type { Dialect } from '@tollgate/contracts';
import type { Endpoint, PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { openAiCompatible, openAiEndpoints } from './openai-compatible.js';

/** The end of a base that people give or leave out, or paste with an endpoint of Ollama's own. */
const PASTED = /\/(?:v1|api(?:\/(?:chat|generate|embed))?)$/;

const rootOf = ({ basePath }: PathQuery): string => basePath.replace(PASTED, '');

const own = (dialect: Dialect, path: string): Endpoint => ({
  dialect,
  path: (query: PathQuery) => `${rootOf(query)}/api${path}`,
  framing: 'ndjson',
});

/** Ollama's own endpoints, which all of its features are in. */
const OWN = [own('ollama-chat', '/chat'), own('ollama-generate', '/generate'), own('ollama-embed', '/embed')];

/** Its OpenAI-compatible endpoints are below `/v1`. */
const belowRoot = (query: PathQuery, suffix: string): string => `${rootOf(query)}/v1${suffix}`;

const OTHERS = openAiEndpoints(['openai-embeddings', 'openai-completions', 'openai-responses'], belowRoot);
const CHAT: Endpoint = { dialect: 'openai-chat', path: (query) => belowRoot(query, '/chat/completions') };

const named = (name: string, endpoints: readonly Endpoint[]): Provider => ({
  ...openAiCompatible({
    name,
    baseUrl: 'http://localhost:11434',
    keyVariables: ['OLLAMA_API_KEY'],
    baseVariables: ['OLLAMA_API_BASE'],
    needsKey: false,
    prefill: 'trailing',
  }),
  endpoints: () => endpoints,
});

/**
 * LiteLLM knows Ollama by two names. The first serves OpenAI's callers as they ask, through the compatible endpoint; the second
 * through Ollama's own, which alone reads options like `num_ctx` and `keep_alive`.
 */
export const ollama = named('ollama', [...OWN, CHAT, ...OTHERS]);
export const ollamaChat = named('ollama_chat', [...OWN, ...OTHERS]);
