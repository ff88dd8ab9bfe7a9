import { bareDeployment } from '@tollgate/config';
import { factsOf } from './model-facts.js';

it('tells every kind of price that a model has, in dollars', () => {
  const own = bareDeployment({ id: 'own', group: 'own', provider: 'openai', model: 'own-model' });
  const prices = {
    ...{ input: 150, output: 600, cacheRead: 75, cacheWrite: 200, cacheWrite1h: 300, reasoning: 700 },
    ...{ audioInput: 1_000, audioOutput: 2_000, imageInput: 400, imageOutput: 3_000 },
    ...{ request: 5_000_000, search: 10_000_000, fileSearch: 2_500_000 },
  };
  expect(factsOf({ ...own, prices })).toMatchObject({
    input_cost_per_token: 0.00000015,
    output_cost_per_token: 0.0000006,
    cache_read_input_token_cost: 0.000000075,
    cache_creation_input_token_cost: 0.0000002,
    cache_creation_input_token_cost_above_1hr: 0.0000003,
    output_cost_per_reasoning_token: 0.0000007,
    input_cost_per_audio_token: 0.000001,
    output_cost_per_audio_token: 0.000002,
    input_cost_per_image_token: 0.0000004,
    output_cost_per_image_token: 0.000003,
    input_cost_per_request: 0.005,
    search_context_cost_per_query: {
      search_context_size_low: 0.01,
      search_context_size_medium: 0.01,
      search_context_size_high: 0.01,
    },
    file_search_cost_per_1k_calls: 2.5,
  });
});
