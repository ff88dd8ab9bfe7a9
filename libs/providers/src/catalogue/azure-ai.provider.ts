import type { Endpoint, PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { prefillOfClaude } from './anthropic.provider.js';
import { ENTRA_VARIABLES, entraTokens } from './entra-tokens.js';
import { bearer, openAiCompatible } from './openai-compatible.js';

/** Resources of Foundry have all kinds of models below one address; other hosts are those of one serverless deployment. */
const RESOURCE = /\.(?:services\.ai|cognitiveservices|openai)\.azure\.com$/;
const MODELS_VERSION = '2024-05-01-preview';

const isResource = (base: string | undefined): boolean =>
  base !== undefined && URL.canParse(base) && RESOURCE.test(new URL(base).hostname);

/** People paste the base of any endpoint, and of its older versions. */
const rootOf = (basePath: string): string =>
  basePath.replace(/\/(?:models|anthropic|openai\/v1|v1)?(?:\/chat\/completions|\/v1\/messages)?$/, '');

/** The models API wants a version; OpenAI's, below `/openai/v1`, has one in its name. */
function modelsPath({ origin, basePath, apiVersion }: PathQuery, suffix: string): string {
  const version = encodeURIComponent(apiVersion ?? MODELS_VERSION);
  if (basePath.includes('/openai/v1')) return `${rootOf(basePath)}/openai/v1${suffix}`;
  if (isResource(origin)) return `${rootOf(basePath)}/models${suffix}?api-version=${version}`;
  const base = basePath.endsWith(suffix) ? basePath : basePath + suffix;
  return apiVersion === null ? base : `${base}?api-version=${version}`;
}

const RERANK: Endpoint = {
  dialect: 'cohere-rerank',
  path: ({ origin, basePath }) =>
    isResource(origin)
      ? `${rootOf(basePath)}/providers/cohere/v2/rerank`
      : `${basePath.replace(/\/v1$/, '')}/v1/rerank`,
};

const MODELS: readonly Endpoint[] = [
  { dialect: 'openai-chat', path: (query) => modelsPath(query, '/chat/completions') },
  { dialect: 'openai-embeddings', path: (query) => modelsPath(query, '/embeddings') },
  RERANK,
];

const messages = ({ basePath }: PathQuery): string => `${rootOf(basePath)}/anthropic/v1/messages`;

const CLAUDE: readonly Endpoint[] = [
  { dialect: 'anthropic-messages', path: messages },
  { dialect: 'anthropic-count-tokens', path: (query) => `${messages(query)}/count_tokens` },
];

const compatible = openAiCompatible({
  name: 'azure_ai',
  label: 'Azure_ai',
  baseUrl: null,
  keyVariables: ['AZURE_AI_API_KEY'],
  baseVariables: ['AZURE_AI_API_BASE'],
  needsKey: true,
  vendorHeaders: 'anthropic-',
});

/** Azure AI Foundry: models of many makers, Claude in Anthropic's words. */
export const azureAi: Provider = {
  ...compatible,
  variables: { ...compatible.variables, more: ENTRA_VARIABLES },
  authorizer: entraTokens(compatible.label),
  endpoints: (model) => (model.startsWith('claude') ? CLAUDE : MODELS),
  headers: (settings): Record<string, string> =>
    settings.apiKey !== null && isResource(settings.apiBase ?? undefined)
      ? { 'api-key': settings.apiKey }
      : bearer(settings),
  defaultHeaders: { 'anthropic-version': '2023-06-01' },
  prefill: prefillOfClaude,
};
