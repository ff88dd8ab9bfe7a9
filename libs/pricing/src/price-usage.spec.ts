import { calcPrice, waitForUpdate, type Provider } from '@pydantic/genai-prices';
import { NO_USAGE, completionTokens, promptTokens, type Usage } from '@tollgate/contracts';
import type { PriceQuery } from './price-query.js';
import { priceUsage } from './price-usage.js';

const AT = Date.parse('2026-10-01T12:00:00Z');
const query = (provider: string, model: string, rest: Partial<PriceQuery> = {}): PriceQuery => ({
  provider,
  model,
  baseModel: null,
  overrides: {},
  at: AT,
  ...rest,
});
const usage = (counts: Partial<Usage>): Usage => ({ ...NO_USAGE, ...counts });
const million = usage({ input: 1_000_000, output: 1_000_000 });

/** The counts as the oracle wants them: totals that include their parts. */
const asTotals = (counts: Usage) => ({
  input_tokens: promptTokens(counts),
  cache_read_tokens: counts.cacheRead,
  cache_write_tokens: counts.cacheWrite5m + counts.cacheWrite1h,
  cache_write_1h_tokens: counts.cacheWrite1h,
  input_audio_tokens: counts.audioInput,
  output_tokens: completionTokens(counts),
  output_reasoning_tokens: counts.reasoning,
  output_audio_tokens: counts.audioOutput,
  input_image_tokens: counts.imageInput,
  output_image_tokens: counts.imageOutput,
  web_searches: counts.searches,
  storage_searches: counts.fileSearches,
});

const USAGES: readonly Usage[] = [
  usage({ input: 1, output: 1 }),
  usage({ input: 1234, cacheRead: 567, cacheWrite5m: 89, cacheWrite1h: 11, output: 321, reasoning: 45 }),
  usage({ input: 300_001, cacheRead: 100_000, output: 8_192, searches: 3 }),
  usage({ input: 17, audioInput: 999, output: 5, audioOutput: 777 }),
  usage({ input: 23, imageInput: 1_290, output: 5, imageOutput: 1_120, fileSearches: 2 }),
];

const LITELLM_NAMES: Readonly<Record<string, string>> = {
  aws: 'bedrock',
  google: 'gemini',
  together: 'together_ai',
  fireworks: 'fireworks_ai',
  'x-ai': 'xai',
};

/** Models whose every price is by token, search or request, and which we know no more of than the source does. */
function pricedModels({ models }: Provider): string[] {
  return models
    .filter(({ id }) => !id.includes('search-preview'))
    .filter(({ prices }) => {
      const tables = Array.isArray(prices) ? prices.map((entry) => entry.prices) : [prices];
      return tables.every((table) => table['input_mtok'] !== undefined || table['output_mtok'] !== undefined);
    })
    .map(({ id }) => id);
}

describe('the catalogue', () => {
  it('prices every model as its source does, to a nano-dollar', async () => {
    const providers = (await waitForUpdate()) ?? [];
    const wrong: string[] = [];
    let compared = 0;
    for (const provider of providers) {
      const name = LITELLM_NAMES[provider.id] ?? provider.id;
      for (const model of pricedModels(provider)) {
        for (const counts of USAGES) {
          const expected = calcPrice(asTotals(counts), model, {
            providerId: provider.id,
            timestamp: new Date(AT),
          });
          const actual = priceUsage(counts, query(name, model));
          if (expected === null || (counts.searches + counts.fileSearches > 0 && provider.id === 'x-ai'))
            continue;
          compared += 1;
          if (actual === null || Math.abs(actual - expected.total_price * 1e9) > 1) {
            wrong.push(`${name}/${model}: ${String(actual)}, expected ${expected.total_price * 1e9}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(1_000);
  });

  it.each([
    ['openai', 'gpt-4o-mini'],
    ['openai', 'gpt-4o-2024-08-06'],
    ['azure', 'gpt-4o'],
    ['anthropic', 'claude-3-5-sonnet-latest'],
    ['anthropic', 'claude-sonnet-4-20250514'],
    ['vertex_ai', 'claude-sonnet-4@20250514'],
    ['gemini', 'gemini-2.5-pro'],
    ['bedrock', 'anthropic.claude-3-5-sonnet-20241022-v2:0'],
    ['mistral', 'mistral-large-latest'],
    ['deepseek', 'deepseek-chat'],
    ['xai', 'grok-4'],
  ])('knows %s %s', (provider, model) => {
    expect(priceUsage(million, query(provider, model))).toBeGreaterThan(0);
  });

  it('prices by the context that is used, and by date', async () => {
    const providers = (await waitForUpdate()) ?? [];
    const dated = providers
      .flatMap(({ id, models }) => models.map((model) => ({ id, model })))
      .filter(({ id, model }) => id !== 'openrouter' && Array.isArray(model.prices));
    expect(dated.length).toBeGreaterThan(3);
    for (const { id, model } of dated) {
      for (const at of ['2020-01-01T00:10:00Z', '2026-06-01T02:00:00Z', '2030-01-01T23:59:59Z'].map(
        Date.parse,
      )) {
        const oracle = calcPrice(asTotals(million), model.id, { providerId: id, timestamp: new Date(at) });
        const actual = priceUsage(million, query(LITELLM_NAMES[id] ?? id, model.id, { at }));
        if (oracle !== null && actual !== null) expect(actual).toBeCloseTo(oracle.total_price * 1e9, -1);
      }
    }
    const short = priceUsage(usage({ input: 200_000 }), query('gemini', 'gemini-2.5-pro')) ?? 0;
    const long = priceUsage(usage({ input: 200_001 }), query('gemini', 'gemini-2.5-pro')) ?? 0;
    expect(long / short).toBeCloseTo(2, 3);
  });
});

describe('a price', () => {
  it('is 150 nano-dollars a prompt token of gpt-4o-mini', () => {
    expect(priceUsage(usage({ input: 1 }), query('openai', 'gpt-4o-mini'))).toBe(150);
    expect(priceUsage(usage({ input: 7, output: 3 }), query('openai', 'gpt-4o-mini'))).toBe(
      7 * 150 + 3 * 600,
    );
  });

  it('is unknown for an unknown model, and for an unknown provider', () => {
    expect(priceUsage(million, query('openai', 'no-such-model'))).toBeNull();
    expect(priceUsage(million, query('acme', 'gpt-4o'))).toBeNull();
  });

  it('is nothing on local machines, unless it is given', () => {
    expect(priceUsage(million, query('ollama', 'llama3.1'))).toBe(0);
    expect(priceUsage(million, query('demo', 'demo', { overrides: { input: 2 } }))).toBe(2_000_000);
  });

  it('is that of the base model, with or without a provider', () => {
    const expected = priceUsage(million, query('openai', 'gpt-4o'));
    for (const baseModel of ['azure/gpt-4o', 'gpt-4o', 'openai/gpt-4o']) {
      expect(priceUsage(million, query('azure', 'my-deployment', { baseModel }))).toBe(expected);
    }
    expect(priceUsage(million, query('azure', 'my-deployment'))).toBeNull();
    expect(priceUsage(million, query('openai', 'gpt-4o', { baseModel: 'no-such-model' }))).toBe(expected);
  });

  it('is overridden kind by kind', () => {
    const counts = usage({
      input: 10,
      cacheRead: 10,
      cacheWrite5m: 1,
      cacheWrite1h: 1,
      output: 10,
      reasoning: 10,
    });
    const overrides = { input: 1, output: 2, cacheRead: 0.5, cacheWrite: 3, reasoning: 4 };
    expect(priceUsage(counts, query('acme', 'x', { overrides }))).toBe(10 + 5 + 3 + 3 + 20 + 40);
    expect(priceUsage(counts, query('acme', 'x', { overrides: { output: 2 } }))).toBe(40);
    expect(priceUsage(counts, query('acme', 'x', { overrides: { cacheRead: 2 } }))).toBeNull();
    expect(
      priceUsage(usage({ input: 1, output: 1 }), query('openai', 'gpt-4o-mini', { overrides: { input: 0 } })),
    ).toBe(600);
  });

  it('is rounded half up, once', () => {
    const overrides = { input: 0.25, output: 0.25 };
    expect(priceUsage(usage({ input: 1, output: 1 }), query('acme', 'x', { overrides }))).toBe(1);
    expect(priceUsage(usage({ input: 1 }), query('acme', 'x', { overrides }))).toBe(0);
    expect(priceUsage(usage({ input: 3, output: 2 }), query('acme', 'x', { overrides }))).toBe(1);
  });

  it('is exact where a double is not', () => {
    const overrides = { input: 0.000001, output: 90_000 };
    const counts = usage({ input: 500_000, output: 99_999_999 });
    expect(priceUsage(counts, query('acme', 'x', { overrides }))).toBe(8_999_999_910_001);
  });
});

it('takes under 2 µs for a model it has seen', () => {
  const seen = query('anthropic', 'claude-sonnet-4-20250514');
  const counts = USAGES[1] ?? NO_USAGE;
  // Many short rounds: on a busy machine at least one of them is left alone.
  const rounds = Array.from({ length: 300 }, () => {
    const started = process.hrtime.bigint();
    for (let index = 0; index < 500; index += 1) priceUsage(counts, seen);
    return Number(process.hrtime.bigint() - started) / 500;
  });
  expect(Math.min(...rounds)).toBeLessThan(2_000);
});
