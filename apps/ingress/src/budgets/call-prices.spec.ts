import {
  GENERAL_DEFAULTS,
  GROUP_DEFAULTS,
  ROUTER_DEFAULTS,
  bareDeployment,
  type GatewayConfig,
} from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { CallPrices } from './call-prices.js';
import { LearnedUse } from './learned-use.js';

const deployment = (group: string, input: number, output: number, limits = {}) => ({
  ...bareDeployment({ id: `${group}-${input}`, group, provider: 'openai', model: 'own-model' }),
  prices: { input, output },
  limits,
});

const config: GatewayConfig = {
  deployments: [
    deployment('chat', 1, 10),
    deployment('chat', 2, 5, { maxOutputTokens: 2_000 }),
    deployment('free', 0, 0),
    deployment('hedged', 1, 10),
  ],
  guardrails: new Map(),
  mcpServers: new Map(),
  aliases: new Map([['alias', { model: 'chat', hidden: false }]]),
  router: {
    ...ROUTER_DEFAULTS,
    groups: new Map([
      ['hedged', { ...GROUP_DEFAULTS, hedge: { delayMs: 1, delayQuantile: null, maxShare: 1 } as never }],
    ]),
  },
  general: GENERAL_DEFAULTS,
};

const header = (change: Partial<CallHeader> = {}): CallHeader =>
  ({ inputTokens: 100, stream: false, ...change }) as CallHeader;

const learned = new LearnedUse();
const prices = new CallPrices(config, learned);
const costOf = (model: string, change: Partial<CallHeader> = {}) =>
  prices.costOf({ header: header(change), model, cacheMarked: false });

describe('what a call can cost', () => {
  it('is known by max_tokens, at the dearest deployment', () => {
    expect(costOf('chat', { maxOutputTokens: 50 })).toMatchObject({
      leastNanos: 200 + 10,
      likelyNanos: 200 + 500,
      mostNanos: 200 + 500,
      longestNanos: 200 + 500,
    });
    expect(costOf('alias', { maxOutputTokens: 4, answers: 3 })).toMatchObject({
      leastNanos: 230,
      mostNanos: 320,
    });
  });

  it('is guessed without, and at most what the longest answer costs', () => {
    expect(costOf('chat')).toMatchObject({
      leastNanos: 210,
      likelyNanos: 200 + 10_240,
      mostNanos: 200 + 163_840,
      longestNanos: 200 + 163_840,
    });
  });

  it('of a stream is what is likely: it asks for more when it needs it', () => {
    expect(costOf('chat', { stream: true })?.mostNanos).toBe(10_440);
  });

  it('is learnt from what others used', () => {
    for (let call = 0; call < 100; call += 1)
      learned.learn('chat', { estimated: 100, prompt: 150, completion: call === 7 ? 9_000 : 90 });
    const cost = costOf('chat', { stream: true })!;
    // 99 of 100 answers have 90 tokens; buckets are a tenth wide. Prompts are half as long again as they seem.
    expect(cost.likelyNanos).toBeGreaterThanOrEqual(300 + 900);
    expect(cost.likelyNanos).toBeLessThan(1.11 * (300 + 900));
  });

  it('is twice that where two attempts may run at once', () => {
    expect(costOf('hedged', { maxOutputTokens: 10 })?.mostNanos).toBe(400);
  });

  it('is nothing for what is free or unknown', () => {
    expect(costOf('free')).toBeNull();
    expect(costOf('nobody')).toBeNull();
  });
});

describe('what a call can cost, beside its tokens', () => {
  const adjustments = new Map([
    ['openai', { perBillion: 1_500_000_000, discountedPerBillion: 1e9, fixedNanos: 7 }],
  ]);
  const own = deployment('own', 1, 10);
  const priced = {
    ...own,
    prices: { ...own.prices, tiers: { priority: { input: 2, output: 20 } }, adjustments },
  };
  const free = { ...deployment('fee', 0, 0), prices: { input: 0, output: 0, request: 3 } };
  const named = new CallPrices({ ...config, deployments: [priced, free] }, new LearnedUse());
  const mostOf = (model: string, change: Partial<CallHeader> = {}): number | undefined =>
    named.costOf({ header: header({ maxOutputTokens: 10, ...change }), model, cacheMarked: false })
      ?.mostNanos;

  it('is dearer by the margin, and by the service that it asks for', () => {
    expect(mostOf('own')).toBe(1.5 * (100 + 100) + 7);
    expect(mostOf('own', { serviceTier: 'priority' })).toBe(1.5 * (200 + 200) + 7);
    expect(mostOf('own', { serviceTier: 'fast' })).toBe(1.5 * (100 + 100) + 7);
  });

  it('is what a request costs, though its tokens are free', () => {
    expect(mostOf('fee')).toBe(3);
  });
});
