import type { Dialect } from '@tollgate/contracts';
import type { Endpoint, PathQuery } from '../endpoint.js';
import { AwsSignatures } from '../kit/aws-signatures.js';
import type { Provider, Settings } from '../provider.js';
import { prefillOfClaude } from './anthropic.provider.js';
import { AWS_VARIABLES, awsKeysOf, awsRegion } from './aws-credentials.js';
import { bearer } from './openai-compatible.js';

const LABEL = 'Bedrock';

const below = ({ basePath, model }: PathQuery, method: string): string =>
  `${basePath}/model/${encodeURIComponent(model)}/${method}`;

const CONVERSE: Endpoint = {
  dialect: 'bedrock-converse',
  framing: 'aws-event-stream',
  path: (query) => below(query, query.stream === true ? 'converse-stream' : 'converse'),
};

/** Claude in Anthropic's own words. The model and whether it streams are in the path, and Bedrock refuses them in the body. */
const INVOKE_CLAUDE: Endpoint = {
  dialect: 'anthropic-messages',
  framing: 'aws-event-stream',
  path: (query) => below(query, query.stream === true ? 'invoke-with-response-stream' : 'invoke'),
  bodyEdits: ({ headers }) => ({
    ...{ anthropic_version: 'bedrock-2023-05-31', model: undefined, stream: undefined },
    ...betasOf(headers?.['anthropic-beta']),
  }),
};

/** What Anthropic has in a header Bedrock has in the body, as Anthropic's own client for it sends it. */
function betasOf(header: string | undefined): Record<string, readonly string[]> {
  const betas = (header ?? '').split(',').map((beta) => beta.trim());
  const named = betas.filter((beta) => beta !== '');
  return named.length === 0 ? {} : { anthropic_beta: named };
}

/** NOTE tokens are counted of a model, not of a regional profile of it. */
const COUNT_CLAUDE: Endpoint = {
  dialect: 'bedrock-count-tokens',
  path: ({ model, ...query }) =>
    below({ ...query, model: model.replace(/^[a-z-]+\.(?=anthropic\.)/, '') }, 'count-tokens'),
};

const invoke = (dialect: Dialect, edits: Readonly<Record<string, unknown>> = {}): readonly Endpoint[] => [
  {
    dialect,
    path: (query) => below(query, 'invoke'),
    bodyEdits: () => ({ ...edits, model: undefined }),
  },
];

const TITAN_EMBED = invoke('titan-embed');
const COHERE_EMBED = invoke('cohere-embed');
const COHERE_RERANK = invoke('cohere-rerank', { api_version: 2 });
const AMAZON_RERANK = invoke('cohere-rerank');
const CLAUDE: readonly Endpoint[] = [CONVERSE, INVOKE_CLAUDE, COUNT_CLAUDE];
const OTHERS: readonly Endpoint[] = [CONVERSE];

/** NOTE regional inference profiles are named with their region in front (`us.anthropic.…`), ARNs have the model at their end. */
function endpointsOf(model: string): readonly Endpoint[] {
  const name = /(?:^|[./])((?:amazon|anthropic|cohere)\..*)$/.exec(model)?.[1] ?? '';
  if (name.startsWith('cohere.embed')) return COHERE_EMBED;
  if (name.startsWith('amazon.titan-embed')) return TITAN_EMBED;
  if (name.startsWith('cohere.rerank')) return COHERE_RERANK;
  if (name.startsWith('amazon.rerank')) return AMAZON_RERANK;
  return name.startsWith('anthropic.') ? CLAUDE : OTHERS;
}

/** LiteLLM lets people write how a model is called, and its region, before its name. */
const ROUTE = /^(?:(?:converse|converse_like|invoke)\/)?(?:[a-z]{2}(?:-[a-z]+)+-\d\/)?/;

const bedrockBase = (settings: Settings): string =>
  settings.more['aws_bedrock_runtime_endpoint'] ??
  `https://bedrock-runtime.${awsRegion(settings)}.amazonaws.com`;

const named = (name: string): Provider => ({
  name,
  label: LABEL,
  variables: { apiKey: ['AWS_BEARER_TOKEN_BEDROCK'], apiBase: [], apiVersion: [], more: AWS_VARIABLES },
  defaultBase: null,
  baseOf: bedrockBase,
  needsKey: false,
  endpoints: endpointsOf,
  headers: bearer,
  authorizer: (settings) =>
    settings.apiKey === null
      ? new AwsSignatures(
          { label: LABEL, service: 'bedrock', region: awsRegion(settings) },
          awsKeysOf(settings),
        )
      : null,
  defaultHeaders: {},
  vendorHeaders: null,
  modelName: (model) => model.replace(ROUTE, ''),
  acceptsMetadata: false,
  asksStreamUsage: false,
  outputCapField: 'max_tokens',
  prefill: prefillOfClaude,
});

/** Amazon Bedrock; LiteLLM knows it by two names. */
export const bedrock = named('bedrock');
export const bedrockConverse = named('bedrock_converse');
