import { startFaultLab, type FaultLab } from '@tollgate/testing';
import { MASTER_KEY } from '../e2e/_seed.js';
import { startVectorsProvider, type VectorsProvider } from './vectors-provider.js';

/** Names for models of providers in whose dialects the lab answers. */
export const CHAT_MODELS = {
  'at-openai': 'openai/gpt-4o-mini',
  'at-anthropic': 'anthropic/claude-3-5-sonnet-latest',
  'at-gemini': 'gemini/gemini-2.5-flash',
  'at-cohere': 'cohere_chat/command-r',
  'at-ollama': 'ollama_chat/llama3.1',
};

export const VECTOR_MODELS = {
  'vectors-openai': 'openai/text-embedding-3-small',
  'vectors-gemini': 'gemini/gemini-embedding-001',
  'vectors-cohere': 'cohere/embed-v4.0',
  'vectors-ollama': 'ollama/nomic-embed-text',
};

/** Of whose calls the lab makes something else: a 429, a stream that breaks off. */
const FAULTY_MODELS = { limited: 'openai/limited', broken: 'openai/broken' };

/** A call costs more than a key without money has. */
const PRICES = { input_cost_per_token: 0.001, output_cost_per_token: 0.001 };

export interface Providers {
  readonly lab: FaultLab;
  /** Of a gateway with all these names. */
  readonly config: object;
  close(): Promise<void>;
}

export async function startProviders(): Promise<Providers> {
  const [lab, vectors] = await Promise.all([startFaultLab(), startVectorsProvider()]);
  return {
    lab,
    config: configOf(lab, vectors),
    close: async () => {
      await Promise.all([lab.close(), vectors.close()]);
    },
  };
}

function configOf(lab: FaultLab, vectors: VectorsProvider): object {
  const entriesOf = (models: Readonly<Record<string, string>>, url: string): object[] =>
    Object.entries(models).map(([name, model]) => ({
      model_name: name,
      litellm_params: {
        ...{ model, api_key: 'sk-lab', ...PRICES },
        api_base: model.startsWith('openai/') ? `${url}/v1` : url,
      },
    }));
  return {
    model_list: [
      ...entriesOf({ ...CHAT_MODELS, ...FAULTY_MODELS }, lab.url),
      ...entriesOf(VECTOR_MODELS, vectors.url),
    ],
    router_settings: { num_retries: 0, retry_budget: 'off' },
    general_settings: { master_key: MASTER_KEY },
  };
}
