import { GatewayError } from '@tollgate/contracts';
import type { Endpoint, PathQuery } from '../endpoint.js';
import type { Provider, Settings } from '../provider.js';
import { prefillOfClaude } from './anthropic.provider.js';
import { geminiMethods } from './gemini-endpoints.js';
import { googleCredentialsOf, projectOf } from './google-credentials.js';
import { googleTokens } from './google-tokens.js';

const LABEL = 'Vertex_ai';
const DEFAULT_LOCATION = 'us-central1';

/** Where a location is served: the world, a continent, or a region. */
function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  return location === 'us' || location === 'eu'
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`;
}

/** The base follows from project and location; one that is configured is the whole of it, up to the location. */
function vertexBase(settings: Settings): string {
  const { more } = settings;
  const location = more['vertex_location'] ?? more['vertex_ai_location'] ?? DEFAULT_LOCATION;
  const project =
    more['vertex_project'] ?? more['vertex_ai_project'] ?? projectOf(googleCredentialsOf(settings));
  if (project === null)
    throw new GatewayError('deployment_unavailable', 'Provider vertex_ai needs a vertex_project');
  const place = `projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}`;
  return `https://${hostOf(location)}/v1beta1/${place}`;
}

/** Google's own models, and tuned ones by the number of their endpoint. */
const GOOGLE = geminiMethods(
  ({ basePath, model }: PathQuery, method) =>
    /^\d+$/.test(model)
      ? `${basePath}/endpoints/${model}:${method}`
      : published(basePath, 'google', model, method),
  { 'vertex-predict': 'predict', 'vertex-count-tokens': 'countTokens' },
);

/** Versions of models stand behind an `@`. */
const published = (basePath: string, publisher: string, model: string, method: string): string =>
  `${basePath}/publishers/${publisher}/models/${encodeURIComponent(model).replaceAll('%40', '@')}:${method}`;

const rawMethod = ({ stream = false }: PathQuery): string => (stream ? 'streamRawPredict' : 'rawPredict');

/** Partners' models are served by the stable version alone. */
const stable = (basePath: string): string => basePath.replace(/^\/v1beta1\//, '/v1/');

/** Which of Anthropic's APIs a body is for stands in it here, and the model in the path. */
const ANTHROPIC_VERSION = { anthropic_version: 'vertex-2023-10-16' };

const CLAUDE: readonly Endpoint[] = [
  {
    dialect: 'anthropic-messages',
    path: (query) => published(stable(query.basePath), 'anthropic', query.model, rawMethod(query)),
    bodyEdits: () => ({ ...ANTHROPIC_VERSION, model: undefined }),
  },
  {
    dialect: 'anthropic-count-tokens',
    path: ({ basePath }) => published(stable(basePath), 'anthropic', 'count-tokens', 'rawPredict'),
    bodyEdits: () => ANTHROPIC_VERSION,
  },
];

const MISTRAL: readonly Endpoint[] = [
  {
    dialect: 'openai-chat',
    path: (query) => published(stable(query.basePath), 'mistralai', query.model, rawMethod(query)),
  },
];

/** Open models are named with their publisher, and speak OpenAI's dialect. */
const OPEN: readonly Endpoint[] = [
  {
    dialect: 'openai-chat',
    path: ({ basePath }) => `${stable(basePath)}/endpoints/openapi/chat/completions`,
  },
];

function endpointsOf(model: string): readonly Endpoint[] {
  if (model.startsWith('claude')) return CLAUDE;
  if (/^(?:mistral|codestral)/.test(model)) return MISTRAL;
  return model.includes('/') ? OPEN : GOOGLE;
}

const named = (name: string): Provider => ({
  name,
  label: LABEL,
  variables: {
    apiKey: [],
    apiBase: ['VERTEXAI_API_BASE', 'VERTEX_API_BASE'],
    apiVersion: [],
    more: {
      vertex_project: ['VERTEXAI_PROJECT', 'VERTEX_PROJECT', 'GOOGLE_CLOUD_PROJECT'],
      vertex_ai_project: [],
      vertex_location: ['VERTEXAI_LOCATION', 'VERTEX_LOCATION', 'GOOGLE_CLOUD_LOCATION'],
      vertex_ai_location: [],
      vertex_credentials: ['VERTEXAI_CREDENTIALS', 'VERTEX_CREDENTIALS'],
      vertex_ai_credentials: [],
    },
  },
  defaultBase: null,
  baseOf: vertexBase,
  needsKey: false,
  endpoints: endpointsOf,
  // Only its users of the express mode have a key.
  headers: ({ apiKey }): Record<string, string> => (apiKey === null ? {} : { 'x-goog-api-key': apiKey }),
  authorizer: (settings) =>
    settings.apiKey === null ? googleTokens(LABEL, googleCredentialsOf(settings)) : null,
  defaultHeaders: {},
  vendorHeaders: 'anthropic-',
  // People write the publisher of Google's and Anthropic's models too, and `gemini/` before the number of an endpoint.
  modelName: (model) =>
    model.replace(/^(?:publishers\/)?(?:google|anthropic|mistralai|gemini)\/(?:models\/)?/, ''),
  acceptsMetadata: false,
  asksStreamUsage: true,
  outputCapField: 'max_tokens',
  prefill: prefillOfClaude,
});

/** Vertex AI of Google Cloud: Gemini, Claude, Mistral and open models; LiteLLM knows it by two names. */
export const vertex = named('vertex_ai');
export const vertexBeta = named('vertex_ai_beta');
