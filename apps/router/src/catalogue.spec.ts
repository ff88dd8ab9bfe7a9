import { Catalogue } from './catalogue.js';
import { config, deployment } from './_fixtures.js';

const catalogue = new Catalogue(
  config(
    [
      deployment('d1'),
      deployment('d2', { order: 2 }),
      deployment('d3', { order: 1 }),
      deployment('alone', { group: 'single' }),
      deployment('w1', { group: 'openai/*', model: '*' }),
      deployment('w2', { group: 'openai/gpt-*', provider: 'azure', model: 'team-gpt-*' }),
      deployment('w3', { group: '*', provider: '*', model: '*' }),
      deployment('w4', { group: 'fixed/*', model: 'always-this' }),
    ],
    {
      aliases: { quick: 'chat', quicker: 'quick', circle: 'circle', gpt: 'openai/gpt-4o', 'd1-alias': 'd1' },
      fallbacks: { chat: ['single'], 'openai/*': ['a'], 'gpt-5': ['b'], quick: ['c'], '*': ['rest'] },
    },
  ),
);

describe('resolve', () => {
  it.each([
    // name, group, deployments, provider, upstream model of the first
    ['chat', 'chat', ['d3', 'd2', 'd1'], 'openai', 'model-d3'],
    ['quick', 'chat', ['d3', 'd2', 'd1'], 'openai', 'model-d3'],
    ['quicker', 'chat', ['d3', 'd2', 'd1'], 'openai', 'model-d3'],
    ['d2', 'chat', ['d2'], 'openai', 'model-d2'],
    ['d1-alias', 'chat', ['d1'], 'openai', 'model-d1'],
    ['openai/o3', 'openai/o3', ['w1'], 'openai', 'o3'],
    ['openai/gpt-4o', 'openai/gpt-4o', ['w2'], 'azure', 'team-gpt-4o'],
    ['gpt', 'openai/gpt-4o', ['w2'], 'azure', 'team-gpt-4o'],
    ['anthropic/claude-x', 'anthropic/claude-x', ['w3'], 'anthropic', 'claude-x'],
    ['claude-x', 'claude-x', ['w3'], 'anthropic', 'claude-x'],
    ['fixed/anything', 'fixed/anything', ['w4'], 'openai', 'always-this'],
  ])('%s is %s', (name, group, ids, provider, upstreamModel) => {
    const found = catalogue.resolve(name);
    expect(found?.name).toBe(group);
    expect(found?.tiers.flat().map((candidate) => candidate.deployment.id)).toEqual(ids);
    expect(found?.tiers[0]?.[0]).toMatchObject({ provider, upstreamModel });
    expect(catalogue.resolve(name)).toBe(found);
  });

  it.each(['circle', 'no such provider', 'madeup/x', ''])('does not know %j', (name) => {
    expect(catalogue.resolve(name)).toBeUndefined();
  });

  it('keeps a bounded number of names ready', () => {
    for (let n = 0; n < 3_000; n++) catalogue.resolve(`openai/${n}`);
    expect(
      (Reflect.get(Reflect.get(catalogue, 'names') as object, 'ready') as Map<string, unknown>).size,
    ).toBeLessThanOrEqual(1_000);
  });

  it('puts deployments without an order last and knows who is alone', () => {
    const tiers = catalogue.resolve('chat')?.tiers.map((tier) => tier.map(({ deployment: { id } }) => id));
    expect(tiers).toEqual([['d3'], ['d2'], ['d1']]);
    expect(catalogue.resolve('single')?.candidates[0]?.isLone).toBe(true);
    expect(catalogue.resolve('d1')?.candidates[0]?.isLone).toBe(false);
  });
});

describe('fallbacksOf', () => {
  it.each([
    ['chat', ['single']],
    ['quick', ['c']],
    ['quicker', ['single']],
    ['openai/o3', ['a']],
    ['anthropic/gpt-5', ['b']],
    ['single', ['rest']],
  ])('of %s', (name, fallbacks) => {
    expect(catalogue.fallbacksOf(name, catalogue.resolve(name)!)).toEqual(fallbacks);
  });
});
