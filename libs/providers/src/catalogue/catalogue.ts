import type { Provider } from '../provider.js';
import { hosts } from './hosts.js';
import { below, chatPath, openAiCompatible } from './openai-compatible.js';
import { vendors } from './vendors.js';

const FIREWORKS_PREFIX = 'accounts/fireworks/models/';
const DEEPSEEK_STABLE = /^(?:\/v1)?$/;

/** OpenAI-compatible providers: one row each. Base URLs and variables as their own documentation and LiteLLM's name them. */
export const openAiCompatibleProviders: readonly Provider[] = [
  openAiCompatible({
    name: 'groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariables: ['GROQ_API_KEY'],
    baseVariables: ['GROQ_API_BASE'],
  }),
  openAiCompatible({
    name: 'deepseek',
    baseUrl: 'https://api.deepseek.com',
    keyVariables: ['DEEPSEEK_API_KEY'],
    baseVariables: ['DEEPSEEK_API_BASE'],
    // NOTE prefixes are a feature of the beta endpoint alone.
    path: ({ basePath, isContinued }) =>
      chatPath({ basePath: isContinued === true && DEEPSEEK_STABLE.test(basePath) ? '/beta' : basePath }),
    prefill: 'prefix',
  }),
  openAiCompatible({
    name: 'mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariables: ['MISTRAL_API_KEY'],
    baseVariables: ['MISTRAL_API_BASE', 'MISTRAL_AZURE_API_BASE'],
    // NOTE the API refuses fields it does not know, and its last chunk has usage anyway.
    asksStreamUsage: false,
    also: ['openai-embeddings', 'openai-transcriptions'],
    own: [below('mistral-moderations', '/moderations')],
    prefill: 'echoed-prefix',
  }),
  openAiCompatible({
    name: 'together_ai',
    baseUrl: 'https://api.together.xyz/v1',
    keyVariables: ['TOGETHERAI_API_KEY', 'TOGETHER_AI_API_KEY', 'TOGETHER_API_KEY', 'TOGETHER_AI_TOKEN'],
    baseVariables: ['TOGETHER_AI_API_BASE'],
  }),
  openAiCompatible({
    name: 'openrouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY', 'OR_API_KEY'],
    baseVariables: ['OPENROUTER_API_BASE'],
  }),
  openAiCompatible({
    name: 'xai',
    baseUrl: 'https://api.x.ai/v1',
    keyVariables: ['XAI_API_KEY'],
    baseVariables: ['XAI_API_BASE'],
  }),
  openAiCompatible({
    name: 'perplexity',
    baseUrl: 'https://api.perplexity.ai',
    keyVariables: ['PERPLEXITYAI_API_KEY', 'PERPLEXITY_API_KEY'],
    baseVariables: ['PERPLEXITY_API_BASE'],
    // NOTE every chunk has the usage so far.
    asksStreamUsage: false,
    also: [],
    // NOTE its chat is below no version, its embeddings are.
    own: [below('perplexity-embed', '/v1/embeddings')],
  }),
  openAiCompatible({
    name: 'fireworks_ai',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariables: ['FIREWORKS_API_KEY', 'FIREWORKS_AI_API_KEY', 'FIREWORKSAI_API_KEY'],
    baseVariables: ['FIREWORKS_API_BASE'],
    modelName: (model) => (model.includes('/') || model.includes('#') ? model : FIREWORKS_PREFIX + model),
  }),
  openAiCompatible({
    name: 'huggingface',
    // The router of its inference providers; an endpoint of one's own has the same paths below `/v1`.
    baseUrl: 'https://router.huggingface.co/v1',
    keyVariables: ['HUGGINGFACE_API_KEY', 'HF_TOKEN', 'HUGGINGFACE_API_TOKEN'],
    baseVariables: ['HUGGINGFACE_API_BASE', 'HF_API_BASE'],
    also: ['openai-embeddings', 'openai-responses'],
  }),
  openAiCompatible({
    name: 'cerebras',
    baseUrl: 'https://api.cerebras.ai/v1',
    keyVariables: ['CEREBRAS_API_KEY'],
    baseVariables: ['CEREBRAS_API_BASE'],
  }),
  openAiCompatible({
    name: 'hosted_vllm',
    baseUrl: null,
    keyVariables: ['HOSTED_VLLM_API_KEY'],
    baseVariables: ['HOSTED_VLLM_API_BASE'],
    prefill: 'final-message',
  }),
  openAiCompatible({
    name: 'lm_studio',
    baseUrl: 'http://localhost:1234/v1',
    keyVariables: ['LM_STUDIO_API_KEY'],
    baseVariables: ['LM_STUDIO_API_BASE'],
    needsKey: false,
  }),
  openAiCompatible({ name: 'custom_openai', baseUrl: null }),
  openAiCompatible({
    name: 'openai_like',
    baseUrl: null,
    keyVariables: ['OPENAI_LIKE_API_KEY'],
    baseVariables: ['OPENAI_LIKE_API_BASE'],
  }),
  ...vendors,
  ...hosts,
];
