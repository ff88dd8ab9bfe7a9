import { only, load, model, problemsOf } from '../load-config.test-kit.js';
import { readStoredDeployment } from '../stored-deployment.js';

const MASTER = 'general_settings: { master_key: sk-0123456789abcdef }';
const fileWith = (litellm: string): string =>
  `${model('api_key: k')}litellm_settings: { ${litellm} }\n${MASTER}\n`;

describe('prices of a deployment', () => {
  it('may be of long prompts and of tiers, each from where it is given first', () => {
    const params =
      'input_cost_per_token: 1e-6, input_cost_per_token_above_200k_tokens: 2e-6, output_cost_per_token_priority: 5e-6';
    const info =
      'input_cost_per_token_above_200k_tokens: 9, output_cost_per_token_above_128k_tokens: 3e-6,' +
      ' input_cost_per_token_batches: 5e-7, output_cost_per_token_priority: 9';
    const text = `${model(params)}    model_info: { ${info} }\n`;
    expect(only(text).prices).toEqual({
      input: 1_000,
      longPrompts: [
        { promptTokens: 128_000, prices: { output: 3_000 } },
        { promptTokens: 200_000, prices: { input: 2_000 } },
      ],
      tiers: { batch: { input: 500 }, priority: { output: 5_000 } },
    });
  });

  it('may be of searches and calls', () => {
    const sizes = '{ search_context_size_low: 0.025, search_context_size_medium: 0.035 }';
    const text = model(
      `search_context_cost_per_query: ${sizes}, file_search_cost_per_1k_calls: 2.5, input_cost_per_request: 0.005`,
    );
    expect(only(text).prices).toEqual({ search: 35_000_000, fileSearch: 2_500_000, request: 5_000_000 });
    for (const key of ['search_context_cost_per_query', 'input_cost_per_query'])
      expect(only(model(`${key}: 0.01`)).prices).toEqual({ search: 10_000_000 });
    expect(problemsOf(model('search_context_cost_per_query: { medium: 1 }')).join('\n')).toMatch(/medium/);
  });
});

describe('discounts and margins', () => {
  const settings =
    'cost_discount_config: { openai: 0.05, vertex_ai: 0.5 },' +
    ' cost_margin_config: { global: 0.2, openai: { percentage: 0.1, fixed_amount: 0.001 }, azure: "1" }';

  it('are one factor for each provider, the discount first', () => {
    const { general, deployments } = load(fileWith(settings)).config;
    expect(general.priceAdjustments).toEqual(
      new Map([
        ['openai', { perBillion: 1_045_000_000, discountedPerBillion: 950_000_000, fixedNanos: 1_000_000 }],
        ['vertex_ai', { perBillion: 600_000_000, discountedPerBillion: 500_000_000, fixedNanos: 0 }],
        ['*', { perBillion: 1_200_000_000, discountedPerBillion: 1_000_000_000, fixedNanos: 0 }],
        ['azure', { perBillion: 2_000_000_000, discountedPerBillion: 1_000_000_000, fixedNanos: 0 }],
      ]),
    );
    expect(deployments[0]?.prices).toEqual({ adjustments: general.priceAdjustments });
  });

  it('hold for stored deployments too', () => {
    const { priceAdjustments } = load(fileWith(settings)).config.general;
    const stored = { name: 'chat', params: { model: 'openai/a', api_key: 'k' } };
    const { deployment } = readStoredDeployment(stored, {}, { priceAdjustments });
    expect(deployment.prices).toEqual({ adjustments: priceAdjustments });
  });

  it.each([
    [
      'cost_discount_config: { openai: 2 }',
      /cost_discount_config\.openai \(line 4\): expected a number from 0 to 1/,
    ],
    ['cost_discount_config: { openai: -0.1 }', /expected a number from 0 to 1/],
    [
      'cost_margin_config: { global: 20 }',
      /cost_margin_config\.global \(line 4\): expected a number from 0 to 10/,
    ],
    [
      'cost_margin_config: { openai: { percent: 1 } }',
      /cost_margin_config\.openai\.percent \(line 4\): unknown key/,
    ],
    ['cost_margin_config: [1]', /cost_margin_config \(line 4\): expected a mapping/],
  ])('%s is a mistake', (litellm, problem) => {
    expect(problemsOf(fileWith(litellm)).join('\n')).toMatch(problem);
  });
});
