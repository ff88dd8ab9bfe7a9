import type { PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { chatPath, openAiCompatible, openAiEndpoints } from './openai-compatible.js';

/** The base as people know it from the API that has the model in its path. */
const openAiBase = ({ basePath }: PathQuery): string => basePath.replace(/\/ai(?:\/run)?$/, '/ai/v1');

const ENDPOINTS = [
  {
    dialect: 'openai-chat' as const,
    path: (query: PathQuery) => chatPath({ basePath: openAiBase(query) }),
  },
  ...openAiEndpoints(
    ['openai-embeddings', 'openai-responses'],
    (query, suffix) => openAiBase(query) + suffix,
  ),
];

const chat = openAiCompatible({
  name: 'cloudflare',
  baseUrl: null,
  keyVariables: ['CLOUDFLARE_API_KEY', 'CLOUDFLARE_API_TOKEN'],
  baseVariables: ['CLOUDFLARE_API_BASE'],
  needsKey: true,
});

/** Cloudflare's Workers AI, by its OpenAI-compatible endpoints. */
export const cloudflare: Provider = {
  ...chat,
  variables: { ...chat.variables, more: { account_id: ['CLOUDFLARE_ACCOUNT_ID'] } },
  baseOf: ({ more: { account_id: account } }) =>
    account === undefined
      ? null
      : `https://api.cloudflare.com/client/v4/accounts/${encodeURIComponent(account)}/ai/v1`,
  endpoints: () => ENDPOINTS,
};
