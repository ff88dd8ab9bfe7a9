import { GatewayError, type GatewayErrorOptions } from '@tollgate/contracts';
import { GROUP_DEFAULTS, ROUTER_DEFAULTS, type Deployment } from '@tollgate/config';
import { backoffMs, canFinish, retriesAllowed } from './retry.js';
import { START, deployment, header, toGroup } from '../_fixtures.js';

const error = (options: GatewayErrorOptions = {}): GatewayError =>
  new GatewayError('upstream_error', 'x', options);

describe('backoffMs', () => {
  it.each([
    ['doubles from half a second', {}, 0, 1, 0, 500],
    ['', {}, 3, 1, 0, 4_000],
    ['stops at eight seconds', {}, 9, 1, 0, 8_000],
    ['is jittered down to nothing', {}, 3, 0, 0, 0],
    ['waits as the provider says', { retryAfterMs: 20_000 }, 0, 0, 0, 20_000],
    ['and a little longer', { retryAfterMs: 20_000 }, 0, 1, 0, 22_000],
    ['and as long as ever when that is at once', { retryAfterMs: 0 }, 2, 0.5, 0, 1_000],
    ['unless that is unbearable', { retryAfterMs: 60_001 }, 0, 1, 0, 500],
    ['has a floor', {}, 0, 0, 700, 700],
  ])('%s', (_what, options, retries, random, floorMs, expected) => {
    expect(backoffMs(error(options), { retries, floorMs, random: () => random })).toBe(expected);
  });
});

describe('retries', () => {
  const rules = { router: ROUTER_DEFAULTS, group: GROUP_DEFAULTS };
  const candidate = (patch: Partial<Deployment> = {}) =>
    toGroup('chat', [deployment('d', patch)], true).candidates[0]!;
  const keyed = header({ principal: { ...header().principal, routing: { numRetries: 6 } } });
  const limited = new GatewayError('upstream_rate_limited', 'x');
  const badRequest = new GatewayError('upstream_bad_request', 'x');

  it.each([
    ['the call', header({ numRetries: 0 }), 5, 3, 0],
    ['the deployment', keyed, 5, 3, 5],
    ['the key', keyed, null, 3, 6],
    ['the model name', header(), null, 3, 3],
    ['the router', header(), null, null, 2],
  ])('are told by %s', (_who, call, own, ofGroup, expected) => {
    const group = { ...GROUP_DEFAULTS, numRetries: ofGroup };
    expect(retriesAllowed(error(), candidate({ numRetries: own }), call, { ...rules, group })).toBe(expected);
  });

  it('are told by the policy for the class of the error, the nearest one first', () => {
    const router = { ...ROUTER_DEFAULTS, retryPolicy: { RateLimitError: 1, InternalServerError: 9 } };
    const group = { ...GROUP_DEFAULTS, retryPolicy: { RateLimitError: 4 } };
    const own = candidate({ retryPolicy: { RateLimitError: 7 } });
    expect(retriesAllowed(limited, candidate(), header(), { ...rules, router })).toBe(1);
    expect(retriesAllowed(limited, candidate(), header(), { router, group })).toBe(4);
    expect(retriesAllowed(limited, own, header(), { router, group })).toBe(7);
    expect(retriesAllowed(error(), own, header(), { router, group })).toBe(9);
  });

  it('of what is the fault of the request must be named', () => {
    const named = { ...GROUP_DEFAULTS, retryPolicy: { BadRequestError: 2 } };
    const general = { ...GROUP_DEFAULTS, retryPolicy: { Default: 2 } };
    expect(retriesAllowed(badRequest, candidate(), header(), rules)).toBe(0);
    expect(retriesAllowed(badRequest, candidate(), header(), { ...rules, group: general })).toBe(0);
    expect(retriesAllowed(badRequest, candidate(), header(), { ...rules, group: named })).toBe(2);
    expect(
      retriesAllowed(badRequest, candidate(), header({ numRetries: 3 }), { ...rules, group: named }),
    ).toBe(0);
  });
});

it.each([
  [1_000, 0, true],
  [99, 0, false],
  [1_000, 1_001, false],
  [1_001, 1_001, true],
])(
  'an attempt with %i ms left can finish when the quickest answer took %i: %s',
  (left, quickest, expected) => {
    expect(canFinish(START, START + left, quickest)).toBe(expected);
  },
);
