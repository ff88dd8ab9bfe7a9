import type { Endpoint, PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { AWS_VARIABLES, awsRegion } from './aws-credentials.js';
import { openAiCompatible } from './openai-compatible.js';

/** NOTE OpenAI's models of its own are below a path of their own, its open ones are with all others. */
const below = ({ basePath, model }: PathQuery, suffix: string): string =>
  `${basePath}${/^openai\.gpt-(?!oss)/.test(model) ? '/openai' : ''}/v1${suffix}`;

const CHAT: Endpoint = { dialect: 'openai-chat', path: (query) => below(query, '/chat/completions') };
const RESPONSES: Endpoint = { dialect: 'openai-responses', path: (query) => below(query, '/responses') };

const ENDPOINTS = [CHAT, RESPONSES];

/** Bedrock's OpenAI-compatible endpoints, with a key of Bedrock's. */
export const bedrockMantle: Provider = {
  ...openAiCompatible({ name: 'bedrock_mantle', label: 'Bedrock', baseUrl: null, needsKey: true }),
  variables: {
    apiKey: ['BEDROCK_MANTLE_API_KEY', 'AWS_BEARER_TOKEN_BEDROCK'],
    apiBase: ['BEDROCK_MANTLE_API_BASE'],
    apiVersion: [],
    more: AWS_VARIABLES,
  },
  baseOf: (settings) => `https://bedrock-mantle.${awsRegion(settings)}.api.aws`,
  endpoints: () => ENDPOINTS,
};
