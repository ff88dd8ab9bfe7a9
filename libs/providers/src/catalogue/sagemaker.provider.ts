import type { Endpoint } from '../endpoint.js';
import { AwsSignatures } from '../kit/aws-signatures.js';
import type { Provider } from '../provider.js';
import { AWS_VARIABLES, awsKeysOf, awsRegion } from './aws-credentials.js';
import { openAiCompatible } from './openai-compatible.js';

const LABEL = 'Sagemaker';

/** The model is the name of the endpoint, whose containers (TGI, vLLM, LMI) speak OpenAI's dialect. */
const CHAT: Endpoint = {
  dialect: 'openai-chat',
  framing: 'aws-event-stream',
  path: ({ basePath, model, stream }) =>
    `${basePath}/endpoints/${encodeURIComponent(model)}/invocations${stream === true ? '-response-stream' : ''}`,
};

const ENDPOINTS = [CHAT];

const named = (name: string): Provider => ({
  ...openAiCompatible({ name, label: LABEL, baseUrl: null, needsKey: false }),
  variables: { apiKey: [], apiBase: [], apiVersion: [], more: AWS_VARIABLES },
  baseOf: (settings) => `https://runtime.sagemaker.${awsRegion(settings)}.amazonaws.com`,
  endpoints: () => ENDPOINTS,
  headers: () => ({}),
  authorizer: (settings) =>
    new AwsSignatures(
      { label: LABEL, service: 'sagemaker', region: awsRegion(settings) },
      awsKeysOf(settings),
    ),
});

/** Amazon SageMaker's own endpoints; LiteLLM knows them by two names. */
export const sagemaker = named('sagemaker');
export const sagemakerChat = named('sagemaker_chat');
