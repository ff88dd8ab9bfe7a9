import type { Dialect } from '@tollgate/contracts';
import type { Endpoint, PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { openAiCompatible } from './openai-compatible.js';

/** The end of a base that names a version or an endpoint of it: people paste both. */
const PASTED = /\/v[12](?:\/(?:chat|embed|rerank))?$/;

const endpoint = (dialect: Dialect, path: string): Endpoint => ({
  dialect,
  path: ({ basePath }: PathQuery) => `${basePath.replace(PASTED, '')}/v2${path}`,
});

const ENDPOINTS = [
  endpoint('cohere-chat', '/chat'),
  endpoint('cohere-embed', '/embed'),
  endpoint('cohere-rerank', '/rerank'),
  endpoint('openai-transcriptions', '/audio/transcriptions'),
];

/** Cohere's own API of its second version; LiteLLM knows it by two names. */
const named = (name: string): Provider => ({
  ...openAiCompatible({
    name,
    label: 'Cohere',
    baseUrl: 'https://api.cohere.com',
    keyVariables: ['COHERE_API_KEY', 'CO_API_KEY'],
    baseVariables: ['COHERE_API_BASE'],
  }),
  endpoints: () => ENDPOINTS,
});

export const cohere = named('cohere');
export const cohereChat = named('cohere_chat');
