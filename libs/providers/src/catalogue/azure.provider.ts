import type { PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { ENTRA_VARIABLES, entraTokens } from './entra-tokens.js';
import { EVERY_OPENAI_DIALECT, openAiEndpoints } from './openai-compatible.js';

/** The last stable dated version of the deployments API. */
const DEFAULT_VERSION = '2024-10-21';

const V1 = '/openai/v1';

/** NOTE the Responses API is not among Azure's deployments: it is at the resource itself, and names the model in its body. */
const RESPONSES = '/responses';
const RESPONSES_VERSION = '2025-04-01-preview';

/**
 * Azure has two shapes: the deployment in the path with a dated version, and the v1 API (a base that ends in `/openai/v1`)
 * where the deployment is the body's `model` and a version is sent only when configured.
 */
function azurePath({ basePath, model, apiVersion }: PathQuery, suffix: string): string {
  const version = (fallback: string): string => `?api-version=${encodeURIComponent(apiVersion ?? fallback)}`;
  if (basePath.endsWith(V1)) return basePath + suffix + (apiVersion === null ? '' : version(apiVersion));
  if (suffix === RESPONSES) {
    const resource = basePath.replace(/\/openai\/deployments\/.*$/, '');
    return `${resource}/openai${RESPONSES}${version(RESPONSES_VERSION)}`;
  }
  const deployment = basePath.includes('/openai/deployments/')
    ? basePath
    : `${basePath}/openai/deployments/${encodeURIComponent(model)}`;
  return deployment + suffix + version(DEFAULT_VERSION);
}

/** NOTE sessions are at the resource too, and name the deployment in the query. */
const REALTIME_VERSION = '2025-04-01-preview';

function realtimePath({ basePath, model, apiVersion }: PathQuery): string {
  const name = encodeURIComponent(model);
  if (basePath.endsWith(V1)) return `${basePath}/realtime?model=${name}`;
  const resource = basePath.replace(/\/openai\/deployments\/.*$/, '');
  const version = encodeURIComponent(apiVersion ?? REALTIME_VERSION);
  return `${resource}/openai/realtime?api-version=${version}&deployment=${name}`;
}

const CHAT = '/chat/completions';
const withoutChat = (path: string): string => (path.endsWith(CHAT) ? path.slice(0, -CHAT.length) : path);

const ENDPOINTS = [
  {
    dialect: 'openai-chat',
    path: (query: PathQuery) => azurePath({ ...query, basePath: withoutChat(query.basePath) }, CHAT),
  } as const,
  ...openAiEndpoints(EVERY_OPENAI_DIALECT, azurePath),
  { dialect: 'openai-realtime', path: realtimePath } as const,
];

export const azure: Provider = {
  name: 'azure',
  label: 'Azure',
  variables: {
    apiKey: ['AZURE_API_KEY'],
    apiBase: ['AZURE_API_BASE'],
    apiVersion: ['AZURE_API_VERSION'],
    more: ENTRA_VARIABLES,
  },
  defaultBase: null,
  needsKey: true,
  endpoints: () => ENDPOINTS,
  headers: ({ apiKey }): Record<string, string> => (apiKey === null ? {} : { 'api-key': apiKey }),
  authorizer: entraTokens('Azure'),
  defaultHeaders: {},
  vendorHeaders: 'openai-',
  acceptsMetadata: true,
  checksMessages: true,
  asksStreamUsage: true,
  outputCapField: 'max_completion_tokens',
};
