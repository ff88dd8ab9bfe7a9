import { GatewayError, type GatewayErrorOptions } from '@tollgate/contracts';
import { ROUTER_DEFAULTS } from '@tollgate/config';
import { toGroup } from './group.js';
import { backoffMs, maxRetries } from './retry.js';
import { deployment, header } from './_fixtures.js';

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
    ['unless that is unbearable', { retryAfterMs: 60_001 }, 0, 1, 0, 500],
    ['has a floor', {}, 0, 0, 700, 700],
  ])('%s', (_what, options, retries, random, floorMs, expected) => {
    expect(backoffMs(error(options), { retries, floorMs, random: () => random })).toBe(expected);
  });
});

it.each([
  ['the call', { numRetries: 0 }, 5, 0],
  ['the deployment', {}, 5, 5],
  ['the router', {}, null, 2],
])('maxRetries are told by %s', (_who, patch, numRetries, expected) => {
  const [candidate] = toGroup('chat', [deployment('d', { numRetries })], true).candidates;
  expect(maxRetries(header(patch), candidate!, ROUTER_DEFAULTS)).toBe(expected);
});
