import { ROUTER_DEFAULTS } from '@tollgate/config';
import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { cooldownFor, isDeploymentFault } from './cooldown.js';
import { toGroup, toWildcardGroup } from './group.js';
import { deployment, header } from './_fixtures.js';

const one = deployment('d1');
const [lone] = toGroup('chat', [one], true).candidates;
const [accompanied] = toGroup('chat', [one], false).candidates;
const count = (failures: number, calls: number) => ({ failures, calls });

describe('cooldownFor', () => {
  it.each([
    ['429 with company', 'upstream_rate_limited', accompanied, count(1, 1), {}, 5_000],
    ['429 alone', 'upstream_rate_limited', lone, count(9, 9), {}, null],
    ['401 with company', 'upstream_authentication', accompanied, count(1, 9), {}, 5_000],
    ['401 alone', 'upstream_authentication', lone, count(9, 9), {}, null],
    ['404 with company', 'upstream_not_found', accompanied, count(1, 9), {}, 5_000],
    ['500 once', 'upstream_error', accompanied, count(1, 1), {}, null],
    ['500 in half of the calls', 'upstream_error', accompanied, count(3, 6), {}, null],
    ['500 in more than half', 'upstream_error', accompanied, count(3, 5), {}, 5_000],
    ['500 in four of four', 'upstream_error', accompanied, count(4, 4), {}, null],
    ['time-outs in more than half', 'upstream_timeout', accompanied, count(3, 5), {}, 5_000],
    ['500 alone, always', 'upstream_error', lone, count(99, 99), {}, null],
    ['allowed_fails not passed', 'upstream_error', lone, count(3, 3), { allowedFails: 3 }, null],
    ['allowed_fails passed, alone', 'upstream_error', lone, count(4, 9), { allowedFails: 3 }, 5_000],
    [
      'allowed_fails goes before 429',
      'upstream_rate_limited',
      accompanied,
      count(1, 1),
      { allowedFails: 3 },
      null,
    ],
    ['disabled', 'upstream_rate_limited', accompanied, count(1, 1), { disableCooldowns: true }, null],
    ['a time of nothing', 'upstream_rate_limited', accompanied, count(1, 1), { cooldownMs: 0 }, null],
  ])('%s', (_what, code, candidate, counts, patch, expected) => {
    const settings = { count: counts, router: { ...ROUTER_DEFAULTS, ...patch } };
    const cooldown = cooldownFor(new GatewayError(code as ErrorCode, 'x'), candidate!, settings);
    expect(cooldown?.milliseconds ?? null).toBe(expected);
  });

  it.each([
    ['the longer of both', 30_000, null, 30_000],
    ['the longer of both', 1_000, null, 5_000],
    ['the deployment’s own before the router’s', undefined, 8_000, 8_000],
    ['an hour at most', 86_400_000, null, 3_600_000],
    ['not when the provider says: come at once', 0, null, null],
    ['not when the deployment says: never', 30_000, 0, null],
  ])('lasts %s', (_what, retryAfterMs, cooldownMs, expected) => {
    const [candidate] = toGroup('chat', [deployment('d1', { cooldownMs })], false).candidates;
    const error = new GatewayError('upstream_rate_limited', 'x', { retryAfterMs });
    const cooldown = cooldownFor(error, candidate!, { count: count(1, 1), router: ROUTER_DEFAULTS });
    expect(cooldown?.milliseconds ?? null).toBe(expected);
  });

  it('never takes a wildcard out: one name must not spoil the others', () => {
    const wild = [deployment('w1', { group: '*', model: '*' }), deployment('w2', { group: '*', model: '*' })];
    const [candidate] = toWildcardGroup('x', ['x'], wild)!.candidates;
    const settings = { count: count(9, 9), router: ROUTER_DEFAULTS };
    expect(cooldownFor(new GatewayError('upstream_rate_limited', 'x'), candidate!, settings)).toBeNull();
  });
});

it.each([
  ['upstream_error', {}, true],
  ['upstream_connection', {}, true],
  ['provider_unavailable', {}, true],
  ['upstream_timeout', {}, true],
  ['upstream_timeout', { timeoutMs: 5 }, false],
  ['upstream_timeout', { streamTimeoutMs: 5 }, true],
  ['upstream_timeout', { streamTimeoutMs: 5, stream: true }, false],
  ['upstream_bad_request', {}, false],
  ['upstream_permission', {}, false],
  ['upstream_rate_limited', {}, true],
])('%s of a call with %j is the deployment’s fault: %s', (code, patch, expected) => {
  expect(isDeploymentFault(new GatewayError(code as ErrorCode, 'x'), header(patch))).toBe(expected);
});
