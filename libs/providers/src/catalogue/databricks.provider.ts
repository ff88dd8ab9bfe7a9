import type { Endpoint, PathQuery } from '../endpoint.js';
import { tokensOf } from '../kit/token-endpoint.js';
import type { Provider, Settings } from '../provider.js';
import { openAiCompatible } from './openai-compatible.js';

const LABEL = 'Databricks';

/** The base is the workspace's address, with or without what all its endpoints are below. */
const below = ({ basePath }: PathQuery, suffix: string): string =>
  `${basePath === '' ? '/serving-endpoints' : basePath.replace(/\/chat\/completions$/, '')}${suffix}`;

const ENDPOINTS: readonly Endpoint[] = [
  { dialect: 'openai-chat', path: (query) => below(query, '/chat/completions') },
  { dialect: 'openai-embeddings', path: (query) => below(query, '/embeddings') },
];

/** A service principal's tokens, where there is no key. */
function principalTokens({ apiKey, apiBase, more }: Settings) {
  const { client_id: id, client_secret: secret } = more;
  if (apiKey !== null || apiBase === null || id === undefined || secret === undefined) return null;
  if (!URL.canParse(apiBase)) return null;
  const credentials = Buffer.from(`${id}:${secret}`).toString('base64');
  return tokensOf({
    label: LABEL,
    url: `${new URL(apiBase).origin}/oidc/v1/token`,
    form: { grant_type: 'client_credentials', scope: 'all-apis' },
    headers: { authorization: `Basic ${credentials}` },
    secrets: [secret, credentials],
  });
}

const chat = openAiCompatible({
  name: 'databricks',
  label: LABEL,
  baseUrl: null,
  keyVariables: ['DATABRICKS_API_KEY', 'DATABRICKS_TOKEN'],
  baseVariables: ['DATABRICKS_API_BASE', 'DATABRICKS_HOST'],
  // NOTE models that it has from others refuse `stream_options`; every chunk has the usage so far.
  asksStreamUsage: false,
});

/** Databricks' serving endpoints. */
export const databricks: Provider = {
  ...chat,
  variables: {
    ...chat.variables,
    more: { client_id: ['DATABRICKS_CLIENT_ID'], client_secret: ['DATABRICKS_CLIENT_SECRET'] },
  },
  endpoints: () => ENDPOINTS,
  authorizer: principalTokens,
};
