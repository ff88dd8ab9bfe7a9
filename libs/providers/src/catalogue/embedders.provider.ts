import type { Endpoint } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { below, openAiCompatible, type OpenAiCompatibleRow } from './openai-compatible.js';

/** A provider of embeddings and reranking alone. */
const embedder = (row: OpenAiCompatibleRow, endpoints: readonly Endpoint[]): Provider => ({
  ...openAiCompatible(row),
  endpoints: () => endpoints,
});

export const voyage = embedder(
  {
    name: 'voyage',
    baseUrl: 'https://api.voyageai.com/v1',
    keyVariables: ['VOYAGE_API_KEY', 'VOYAGE_AI_API_KEY', 'VOYAGE_AI_TOKEN'],
    baseVariables: ['VOYAGE_API_BASE'],
  },
  [below('voyage-embed', '/embeddings'), below('voyage-rerank', '/rerank')],
);

export const jina = embedder(
  {
    name: 'jina_ai',
    baseUrl: 'https://api.jina.ai/v1',
    keyVariables: ['JINA_AI_API_KEY', 'JINA_AI_TOKEN', 'JINA_API_KEY'],
    baseVariables: ['JINA_AI_API_BASE'],
  },
  [below('jina-embed', '/embeddings'), below('jina-rerank', '/rerank')],
);
