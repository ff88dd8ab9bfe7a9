import type { Json } from '@tollgate/dialects';
import type { Endpoint, PathQuery } from '../endpoint.js';
import type { Adapter } from '../kit/adapter.js';
import { tokensOf } from '../kit/token-endpoint.js';
import type { Provider, Settings } from '../provider.js';
import { jsonOf } from './adapted-bodies.js';
import { openAiCompatible } from './openai-compatible.js';

const LABEL = 'Watsonx';
const DEFAULT_VERSION = '2024-03-13';
const IAM = 'https://iam.cloud.ibm.com/identity/token';

/** A model of one's own deployment is named so, and is in the path. */
const DEPLOYMENT = 'deployment/';

function chatPath({ basePath, model, apiVersion, stream }: PathQuery): string {
  const place = model.startsWith(DEPLOYMENT)
    ? `/deployments/${encodeURIComponent(model.slice(DEPLOYMENT.length))}`
    : '';
  const method = stream === true ? 'chat_stream' : 'chat';
  const version = encodeURIComponent(apiVersion ?? DEFAULT_VERSION);
  return `${basePath}/ml/v1${place}/text/${method}?version=${version}`;
}

/** Whose model it is stands in the body, where it is not a deployment's. Whether it streams is in the path. */
function ownership({ model, more = {} }: PathQuery): Json {
  const nothing = { model: undefined, stream: undefined, stream_options: undefined };
  if (model.startsWith(DEPLOYMENT)) return nothing;
  const { project_id: project, space_id: space } = more;
  return {
    ...nothing,
    model_id: model,
    ...(project !== undefined ? { project_id: project } : space !== undefined && { space_id: space }),
  };
}

/** A choice of tools in one word has a field of its own. */
const CHOICES: Adapter = {
  request({ body }) {
    const { tool_choice: choice, ...request } = jsonOf(body);
    const fields = typeof choice === 'string' ? { tool_choice_option: choice } : { tool_choice: choice };
    return {
      path: '',
      body: Buffer.from(JSON.stringify({ ...request, ...fields })),
      contentType: 'application/json',
    };
  },
};

const CHAT: Endpoint = {
  dialect: 'openai-chat',
  path: chatPath,
  bodyEdits: ownership,
  adapter: CHOICES,
};

const ENDPOINTS = [CHAT];

/** A key of IBM Cloud is good for tokens, not for calls. */
function iamTokens({ apiKey, more }: Settings) {
  if (apiKey === null || more['token'] !== undefined || more['zen_api_key'] !== undefined) return null;
  return tokensOf({
    label: LABEL,
    url: more['iam_url'] ?? IAM,
    form: { grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey },
    secrets: [apiKey],
  });
}

const chat = openAiCompatible({
  name: 'watsonx',
  label: LABEL,
  baseUrl: null,
  keyVariables: ['WATSONX_API_KEY', 'WATSONX_APIKEY', 'WX_API_KEY'],
  baseVariables: ['WATSONX_API_BASE', 'WATSONX_URL', 'WX_URL', 'WML_URL'],
  asksStreamUsage: false,
});

/** IBM's watsonx.ai. */
export const watsonx: Provider = {
  ...chat,
  variables: {
    ...chat.variables,
    more: {
      project_id: ['WATSONX_PROJECT_ID', 'WX_PROJECT_ID', 'PROJECT_ID'],
      space_id: ['WATSONX_DEPLOYMENT_SPACE_ID', 'WATSONX_SPACE_ID', 'WX_SPACE_ID', 'SPACE_ID'],
      watsonx_region_name: ['WATSONX_REGION', 'WX_REGION'],
      token: ['WATSONX_TOKEN'],
      zen_api_key: ['WATSONX_ZENAPIKEY'],
      iam_url: ['WATSONX_IAM_URL'],
    },
  },
  baseOf: ({ more: { watsonx_region_name: region } }) =>
    region === undefined ? null : `https://${region}.ml.cloud.ibm.com`,
  endpoints: () => ENDPOINTS,
  headers: ({ more: { token, zen_api_key: zen } }): Record<string, string> => {
    if (token !== undefined) return { authorization: `Bearer ${token}` };
    return zen === undefined ? {} : { authorization: `ZenApiKey ${zen}` };
  },
  authorizer: iamTokens,
};
