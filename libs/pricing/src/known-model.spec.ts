import { waitForUpdate } from '@pydantic/genai-prices';
import { contextWindow } from './known-model.js';
import { pricePerToken, tokenPrices } from './token-prices.js';

const AT = Date.parse('2026-10-01T12:00:00Z');
const named = (provider: string, model: string, baseModel: string | null = null) => ({
  provider,
  model,
  baseModel,
});

describe('contextWindow', () => {
  it.each([
    ['by name', named('openai', 'gpt-4o'), 128_000],
    ['by an alias of the name', named('openai', 'gpt-4o-2024-08-06'), 128_000],
    ['by the base model', named('azure', 'my-deployment', 'azure/gpt-4'), 8_192],
    ["by LiteLLM's name of the provider", named('gemini', 'gemini-1.5-pro'), 1_000_000],
    ['not at all where the catalogue does not say', named('openai', 'whisper-1'), null],
    ['not at all for an unknown model', named('openai', 'my-own-model'), null],
    ['not at all for a local model', named('ollama', 'llama3'), null],
  ])('is known %s', (_how, name, expected) => {
    expect(contextWindow(name)).toBe(expected);
  });

  it('is what the source says, wherever that says something of the model which the name leads to', async () => {
    const openai = (await waitForUpdate())!.find(({ id }) => id === 'openai')!;
    const told = openai.models.filter((model) => model.context_window !== undefined);
    const plain = told.filter(({ id, match }) => 'equals' in match && match.equals === id);
    expect(plain.length).toBeGreaterThan(5);
    expect(plain.map(({ id }) => [id, contextWindow(named('openai', id))])).toEqual(
      plain.map((model) => [model.id, model.context_window]),
    );
  });
});

describe('pricePerToken', () => {
  const priced = (query: ReturnType<typeof named>, overrides = {}) =>
    pricePerToken({ ...query, overrides, at: AT });

  it.each([
    ['the sum of both prices', named('openai', 'gpt-4o'), {}, 2_500 + 10_000],
    ["the deployment's own price before the catalogue's", named('openai', 'gpt-4o'), { output: 1 }, 2_501],
    ['its own prices alone', named('openai', 'my-own-model'), { input: 0.5 }, 0.5],
    ['nothing for a local model', named('ollama', 'llama3'), {}, 0],
    ['null without a price', named('openai', 'my-own-model'), {}, null],
  ])('is %s', (_what, query, overrides, expected) => {
    expect(priced(query, overrides)).toBe(expected);
  });
});

describe('tokenPrices', () => {
  const query = { provider: 'anthropic', model: 'claude-3-5-sonnet-latest', baseModel: null, at: AT };

  it("are those of the catalogue, in nano-dollars, with the deployment's own over them", () => {
    expect(tokenPrices({ ...query, overrides: {} })).toEqual({
      input: 3_000,
      output: 15_000,
      cacheRead: 300,
      cacheWrite: 3_750,
      cacheWrite1h: 6_000,
      search: 10_000_000,
    });
    expect(tokenPrices({ ...query, overrides: { input: 0.5, reasoning: 7 } })).toMatchObject({
      input: 0.5,
      output: 15_000,
      reasoning: 7,
    });
  });

  it('are none where none is known', () => {
    const unknown = { ...query, provider: 'nobody', model: 'nothing' };
    expect(tokenPrices({ ...unknown, overrides: {} })).toEqual({});
    expect(tokenPrices({ ...unknown, overrides: { output: 1 } })).toEqual({ output: 1 });
  });
});
