import type { Provider } from '../provider.js';
import { namedRow, openAiCompatible, openAiEndpoints } from './openai-compatible.js';

const CHAT_ALONE = { also: [] } as const;
const AI21 = 'https://api.ai21.com/studio/v1';
const AI21_VARIABLES = { keyVariables: ['AI21_API_KEY'], baseVariables: ['AI21_API_BASE'], ...CHAT_ALONE };
const ARK_KEY = 'ARK_API_KEY';

/** Those who serve models of their own in OpenAI's dialect. */
export const vendors: readonly Provider[] = [
  namedRow('ai21', AI21, AI21_VARIABLES),
  namedRow('ai21_chat', AI21, AI21_VARIABLES),
  namedRow('codestral', 'https://codestral.mistral.ai/v1', { asksStreamUsage: false, also: [] }),
  namedRow('dashscope', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1'),
  namedRow('moonshot', 'https://api.moonshot.ai/v1', CHAT_ALONE),
  namedRow('minimax', 'https://api.minimax.io/v1', CHAT_ALONE),
  namedRow('zai', 'https://api.z.ai/api/paas/v4'),
  namedRow('volcengine', 'https://ark.cn-beijing.volces.com/api/v3', {
    keyVariables: ['VOLCENGINE_API_KEY', ARK_KEY],
  }),
  namedRow('byteplus', 'https://ark.ap-southeast.bytepluses.com/api/v3', {
    keyVariables: ['BYTEPLUS_API_KEY', ARK_KEY],
  }),
  namedRow('stepfun', 'https://api.stepfun.ai/v1', { also: ['openai-responses'] }),
  namedRow('inception', 'https://api.inceptionlabs.ai/v1', CHAT_ALONE),
  namedRow('morph', 'https://api.morphllm.com/v1'),
  namedRow('meta_llama', 'https://api.llama.com/compat/v1', {
    keyVariables: ['LLAMA_API_KEY'],
    baseVariables: ['LLAMA_API_BASE'],
    ...CHAT_ALONE,
  }),
  namedRow('amazon_nova', 'https://api.nova.amazon.com/v1', CHAT_ALONE),
  namedRow('xiaomi_mimo', 'https://api.xiaomimimo.com/v1', CHAT_ALONE),
  namedRow('sarvam', 'https://api.sarvam.ai/v1', { keyHeader: 'api-subscription-key', ...CHAT_ALONE }),
  namedRow('maritalk', 'https://chat.maritaca.ai/api', CHAT_ALONE),
  namedRow('v0', 'https://api.v0.dev/v1', CHAT_ALONE),
  namedRow('abliteration', 'https://api.abliteration.ai/v1', CHAT_ALONE),
  namedRow('galadriel', 'https://api.galadriel.com/v1', CHAT_ALONE),
  namedRow('publicai', 'https://api.publicai.co/v1', CHAT_ALONE),
  namedRow('compactifai', 'https://api.compactif.ai/v1', CHAT_ALONE),
  {
    ...openAiCompatible({
      name: 'text-completion-openai',
      label: 'OpenAI',
      baseUrl: 'https://api.openai.com/v1',
      keyVariables: ['OPENAI_API_KEY'],
      baseVariables: ['OPENAI_API_BASE', 'OPENAI_BASE_URL'],
    }),
    // Its models do not chat.
    endpoints: () => openAiEndpoints(['openai-completions']),
  },
];
