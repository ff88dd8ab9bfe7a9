import { groupOf } from '../group.js';
import { ROUTER_DEFAULTS, type RouterSettings } from '@tollgate/config';
import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { deployment, header, toGroup } from '../_fixtures.js';
import { cooldownFor, isCounted, isDeploymentFault, type FailureContext } from './cooldown.js';

const one = deployment('d1');
const [lone] = toGroup('chat', [one], true).candidates;
const [accompanied] = toGroup('chat', [one], false).candidates;

interface Context extends Partial<Omit<FailureContext, 'count' | 'router'>> {
  readonly failures?: number;
  readonly calls?: number;
  readonly router?: Partial<RouterSettings>;
}

/** The first failure of the first call, unless told otherwise. */
const context = ({ failures = 1, calls = 1, router = {}, ...rest }: Context = {}): FailureContext => ({
  count: { failures, calls, byClass: {} },
  router: { ...ROUTER_DEFAULTS, ...router },
  isProbe: false,
  opens: 0,
  ...rest,
});

describe('cooldownFor', () => {
  it.each<[string, ErrorCode, typeof lone, Context, number | null]>([
    ['429 with company', 'upstream_rate_limited', accompanied, {}, 5_000],
    ['429 alone', 'upstream_rate_limited', lone, { failures: 9, calls: 9 }, null],
    ['401 with company', 'upstream_authentication', accompanied, { calls: 9 }, 5_000],
    ['401 alone', 'upstream_authentication', lone, { failures: 9, calls: 9 }, null],
    ['404 with company', 'upstream_not_found', accompanied, { calls: 9 }, 5_000],
    ['500 once', 'upstream_error', accompanied, {}, null],
    ['500 in half of the calls', 'upstream_error', accompanied, { failures: 3, calls: 6 }, null],
    ['500 in more than half', 'upstream_error', accompanied, { failures: 3, calls: 5 }, 5_000],
    ['500 in four of four', 'upstream_error', accompanied, { failures: 4, calls: 4 }, null],
    ['time-outs in more than half', 'upstream_timeout', accompanied, { failures: 3, calls: 5 }, 5_000],
    ['500 alone, always', 'upstream_error', lone, { failures: 99, calls: 99 }, null],
    ['disabled', 'upstream_rate_limited', accompanied, { router: { disableCooldowns: true } }, null],
    ['a time of nothing', 'upstream_rate_limited', accompanied, { router: { cooldownMs: 0 } }, null],
  ])('%s', (_what, code, candidate, given, expected) => {
    const cooldown = cooldownFor(new GatewayError(code, 'x'), candidate!, context(given));
    expect(cooldown?.milliseconds ?? null).toBe(expected);
  });

  it.each<[string, number | undefined, number | null, number | null]>([
    ['the longer of both', 30_000, null, 30_000],
    ['the longer of both', 1_000, null, 5_000],
    ['the deployment’s own before the router’s', undefined, 8_000, 8_000],
    ['an hour at most', 86_400_000, null, 3_600_000],
    ['not when the provider says: come at once', 0, null, null],
    ['not when the deployment says: never', 30_000, 0, null],
  ])('lasts %s', (_what, retryAfterMs, cooldownMs, expected) => {
    const [candidate] = toGroup('chat', [deployment('d1', { cooldownMs })], false).candidates;
    const error = new GatewayError('upstream_rate_limited', 'x', { retryAfterMs });
    expect(cooldownFor(error, candidate!, context())?.milliseconds ?? null).toBe(expected);
  });

  it.each([
    [0, undefined, 5_000],
    [1, undefined, 10_000],
    [3, undefined, 40_000],
    [9, undefined, 300_000],
    [2_000, undefined, 300_000],
    [1, 60_000, 60_000],
    [4, 60_000, 80_000],
  ])('after %i times in a row, with retry-after %p: %i ms', (opens, retryAfterMs, expected) => {
    const error = new GatewayError('upstream_rate_limited', 'x', { retryAfterMs });
    expect(cooldownFor(error, accompanied!, context({ opens }))?.milliseconds).toBe(expected);
  });

  it('does not make a long configured time shorter', () => {
    const given = context({ opens: 2, router: { cooldownMs: 900_000 } });
    const cooldown = cooldownFor(new GatewayError('upstream_rate_limited', 'x'), accompanied!, given);
    expect(cooldown?.milliseconds).toBe(900_000);
  });

  it.each<[ErrorCode, typeof lone, string | null]>([
    ['upstream_error', accompanied, 'probe_failed'],
    ['upstream_error', lone, 'probe_failed'],
    ['upstream_rate_limited', lone, 'probe_failed'],
    ['upstream_authentication', lone, null],
  ])('%s of a probe', (code, candidate, reason) => {
    const cooldown = cooldownFor(new GatewayError(code, 'x'), candidate!, context({ isProbe: true }));
    expect(cooldown?.reason ?? null).toBe(reason);
  });

  it('never takes a wildcard out: one name must not spoil the others', () => {
    const wild = [deployment('w1', { group: '*', model: '*' }), deployment('w2', { group: '*', model: '*' })];
    const members = wild.map((own) => ({ deployment: own, provider: own.provider, upstreamModel: 'x' }));
    const [candidate] = groupOf({ name: 'x', members, isLone: false, isWildcard: true }).candidates;
    const given = context({ failures: 9, calls: 9, isProbe: true });
    expect(cooldownFor(new GatewayError('upstream_rate_limited', 'x'), candidate!, given)).toBeNull();
  });
});

describe('allowed_fails', () => {
  const reasonOf = (code: ErrorCode, candidate: typeof lone, given: Context, byClass = {}): string | null => {
    const settings = context(given);
    const count = { ...settings.count, byClass };
    return cooldownFor(new GatewayError(code, 'x'), candidate!, { ...settings, count })?.reason ?? null;
  };
  const three = { router: { allowedFails: 3 } };

  it.each<[string, ErrorCode, typeof lone, Context, string | null]>([
    ['is not passed', 'upstream_error', lone, { failures: 3, ...three }, null],
    ['is passed, even by a lone one', 'upstream_error', lone, { failures: 4, ...three }, 'allowed_fails'],
    ['goes before 429', 'upstream_rate_limited', accompanied, three, null],
    [
      'goes before the share of failures',
      'upstream_error',
      accompanied,
      { failures: 3, calls: 5, ...three },
      null,
    ],
    [
      'does not hold for the 401 of a lone one',
      'upstream_authentication',
      lone,
      { failures: 9, ...three },
      null,
    ],
  ])('%s', (_what, code, candidate, given, expected) => {
    expect(reasonOf(code, candidate, given)).toBe(expected);
  });

  it('of a class counts the failures of that class', () => {
    const given = { failures: 9, calls: 9, router: { allowedFailsPolicy: { TimeoutError: 2 } } };
    expect(reasonOf('upstream_timeout', lone, given, { TimeoutError: 2 })).toBeNull();
    expect(reasonOf('upstream_timeout', lone, given, { TimeoutError: 3 })).toBe('allowed_fails');
    // Of the other classes the policy says nothing.
    expect(reasonOf('upstream_error', accompanied, given)).toBe('failure_rate');
    expect(reasonOf('upstream_rate_limited', accompanied, given)).toBe('rate_limited');
  });

  it('may take a lone one out for 401 when its policy says so', () => {
    const given = { router: { allowedFailsPolicy: { AuthenticationError: 0 } } };
    expect(reasonOf('upstream_authentication', lone, given, { AuthenticationError: 1 })).toBe(
      'allowed_fails',
    );
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
  ['cancelled', {}, false],
  ['deadline_exceeded', {}, false],
  ['draining', {}, false],
])('%s of a call with %j is the deployment’s fault: %s', (code, patch, expected) => {
  expect(isDeploymentFault(new GatewayError(code as ErrorCode, 'x'), header(patch))).toBe(expected);
});

it.each<[ErrorCode, object, boolean]>([
  ['upstream_bad_request', {}, false],
  ['upstream_bad_request', { BadRequestError: 5 }, true],
  ['upstream_permission', { AuthenticationError: 5 }, true],
  ['upstream_error', {}, true],
  ['cancelled', { BadRequestError: 5 }, false],
])('%s counts with the policy %j: %s', (code, allowedFailsPolicy, expected) => {
  const router = { ...ROUTER_DEFAULTS, allowedFailsPolicy };
  const error = new GatewayError(code, 'x');
  expect(isCounted(error, header(), { candidate: lone!, router })).toBe(expected);
});
