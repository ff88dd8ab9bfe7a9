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
    expect(costOf('chat', { maxOutputTokens: 50 })).toEqual({
      leastNanos: 200 + 160,
      likelyNanos: 200 + 500,
      mostNanos: 200 + 500,
      longestNanos: 200 + 500,
    });
    expect(costOf('alias', { maxOutputTokens: 4 })?.leastNanos).toBe(240);
  });

  it('is guessed without, and at most what the longest answer costs', () => {
    expect(costOf('chat')).toEqual({
      leastNanos: 360,
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
