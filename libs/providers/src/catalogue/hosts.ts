import type { Provider } from '../provider.js';
import { EVERY_OPENAI_DIALECT, chatBelow, namedRow } from './openai-compatible.js';

const CHAT_ALONE = { also: [] } as const;
const DATAROBOT_GATEWAY = '/api/v2/genai/llmgw';
const CLARIFAI_MODEL = /^([^./]+)\.([^./]+)\.([^./]+)$/;
const NANO_GPT = 'https://nano-gpt.com/api/v1';
const NANO_GPT_VARIABLES = { keyVariables: ['NANOGPT_API_KEY'], baseVariables: ['NANOGPT_API_BASE'] };

/** Those who serve the models of others. */
const clouds: readonly Provider[] = [
  namedRow('anyscale', 'https://api.endpoints.anyscale.com/v1'),
  // NOTE a dedicated deployment has an address of its own: `api_base`.
  namedRow('baseten', 'https://inference.baseten.co/v1', CHAT_ALONE),
  namedRow('chutes', 'https://llm.chutes.ai/v1'),
  namedRow('clarifai', 'https://api.clarifai.com/v2/ext/openai/v1', {
    modelName: (model) => model.replace(CLARIFAI_MODEL, 'https://clarifai.com/$1/$2/models/$3'),
  }),
  namedRow('crusoe', 'https://api.inference.crusoecloud.com/v1', CHAT_ALONE),
  namedRow('datarobot', 'https://app.datarobot.com', {
    // The slash at the end is part of the path.
    path: (query) => `${chatBelow(DATAROBOT_GATEWAY)(query)}/`,
    ...CHAT_ALONE,
  }),
  namedRow('deepinfra', 'https://api.deepinfra.com/v1/openai'),
  namedRow('empower', 'https://app.empower.dev/api/v1', CHAT_ALONE),
  namedRow('featherless_ai', 'https://api.featherless.ai/v1', {
    keyVariables: ['FEATHERLESS_API_KEY', 'FEATHERLESS_AI_API_KEY'],
    baseVariables: ['FEATHERLESS_API_BASE', 'FEATHERLESS_AI_API_BASE'],
  }),
  namedRow('friendliai', 'https://api.friendli.ai/serverless/v1', {
    keyVariables: ['FRIENDLIAI_API_KEY', 'FRIENDLI_TOKEN'],
    baseVariables: ['FRIENDLI_API_BASE'],
  }),
  namedRow('github', 'https://models.inference.ai.azure.com'),
  namedRow('gmi', 'https://api.gmi-serving.com/v1'),
  namedRow('gradient_ai', 'https://inference.do-ai.run/v1', {
    baseVariables: ['GRADIENT_AI_AGENT_ENDPOINT'],
    path: chatBelow('/api/v1'),
    ...CHAT_ALONE,
  }),
  namedRow('heroku', null, { path: chatBelow('/v1'), ...CHAT_ALONE }),
  namedRow('hyperbolic', 'https://api.hyperbolic.xyz/v1'),
  namedRow('lambda_ai', 'https://api.lambda.ai/v1', {
    keyVariables: ['LAMBDA_API_KEY'],
    baseVariables: ['LAMBDA_API_BASE'],
  }),
  namedRow('modelscope', 'https://api-inference.modelscope.cn/v1'),
  namedRow('nebius', 'https://api.studio.nebius.ai/v1', { also: ['openai-embeddings', 'openai-images'] }),
  namedRow('novita', 'https://api.novita.ai/v3/openai'),
  namedRow('nscale', 'https://inference.api.nscale.com/v1'),
  namedRow('nvidia_nim', 'https://integrate.api.nvidia.com/v1'),
  namedRow('ovhcloud', 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1'),
  namedRow('sambanova', 'https://api.sambanova.ai/v1'),
  namedRow('scaleway', 'https://api.scaleway.ai/v1', { keyVariables: ['SCW_SECRET_KEY'] }),
  namedRow('synthetic', 'https://api.synthetic.new/openai/v1'),
  namedRow('wandb', 'https://api.inference.wandb.ai/v1', CHAT_ALONE),
];

/** Those who pass calls on to others. */
const gateways: readonly Provider[] = [
  namedRow('aihubmix', 'https://aihubmix.com/v1', { also: [...EVERY_OPENAI_DIALECT, 'cohere-rerank'] }),
  namedRow('aiml', 'https://api.aimlapi.com/v1'),
  namedRow('apertis', 'https://api.stima.tech/v1', { keyVariables: ['STIMA_API_KEY'] }),
  namedRow('assemblyai', 'https://llm-gateway.assemblyai.com/v1', CHAT_ALONE),
  namedRow('atlas_cloud', 'https://api.atlascloud.ai/v1', {
    keyVariables: ['ATLASCLOUD_API_KEY'],
    baseVariables: ['ATLASCLOUD_API_BASE'],
    ...CHAT_ALONE,
  }),
  namedRow('avian', 'https://api.avian.io/v1', CHAT_ALONE),
  namedRow('charity_engine', 'https://api.charityengine.services/remotejobs/v2/inference', CHAT_ALONE),
  namedRow('cometapi', 'https://api.cometapi.com/v1'),
  namedRow('cortecs', 'https://api.cortecs.ai/v1'),
  namedRow('eurouter', 'https://api.eurouter.ai/api/v1'),
  namedRow('helicone', 'https://ai-gateway.helicone.ai'),
  // NOTE another proxy's base is given with and without its version; it serves both.
  namedRow('litellm_proxy', null, { also: [...EVERY_OPENAI_DIALECT, 'cohere-rerank'] }),
  namedRow('llamagate', 'https://api.llamagate.dev/v1'),
  namedRow('nano-gpt', NANO_GPT, NANO_GPT_VARIABLES),
  namedRow('nanogpt', NANO_GPT, NANO_GPT_VARIABLES),
  namedRow('poe', 'https://api.poe.com/v1', CHAT_ALONE),
  namedRow('veniceai', 'https://api.venice.ai/api/v1', { keyVariables: ['VENICE_AI_API_KEY'] }),
  namedRow('vercel_ai_gateway', 'https://ai-gateway.vercel.sh/v1', {
    keyVariables: ['VERCEL_AI_GATEWAY_API_KEY', 'VERCEL_OIDC_TOKEN'],
  }),
];

/** Servers of one's own. */
const servers: readonly Provider[] = [
  namedRow('docker_model_runner', 'http://localhost:12434/engines/v1', { needsKey: false }),
  namedRow('lemonade', 'http://localhost:8000/api/v1', { needsKey: false }),
  namedRow('llamafile', 'http://127.0.0.1:8080/v1', { needsKey: false }),
  namedRow('lm_studio_chat', 'http://localhost:1234/v1', {
    keyVariables: ['LM_STUDIO_API_KEY'],
    baseVariables: ['LM_STUDIO_API_BASE'],
    needsKey: false,
  }),
  namedRow('oobabooga', null, { path: chatBelow('/v1'), ...CHAT_ALONE }),
  namedRow('xinference', 'http://127.0.0.1:9997/v1', {
    needsKey: false,
    also: ['openai-embeddings', 'openai-images'],
  }),
];

export const hosts: readonly Provider[] = [...clouds, ...gateways, ...servers];
