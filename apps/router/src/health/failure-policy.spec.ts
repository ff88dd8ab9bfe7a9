import { GROUP_DEFAULTS, ROUTER_DEFAULTS, type Deployment, type GroupSettings } from '@tollgate/config';
import { deployment, toGroup } from '../_fixtures.js';
import { allowedFails, cooldownTime } from './failure-policy.js';

const candidateOf = (patch: Partial<Deployment>) =>
  toGroup('chat', [deployment('d1', patch)], true).candidates[0]!;
const routerWith = (group: Partial<GroupSettings>, router: Partial<typeof ROUTER_DEFAULTS> = {}) => ({
  ...ROUTER_DEFAULTS,
  ...router,
  groups: new Map([['chat', { ...GROUP_DEFAULTS, ...group }]]),
});

describe('allowedFails', () => {
  it.each<[string, Partial<Deployment>, Partial<GroupSettings>, object, object | null]>([
    ['nobody says', {}, {}, {}, null],
    ['the router', {}, {}, { allowedFails: 3 }, { of: 'all', fails: 3 }],
    ['the group before the router', {}, { allowedFails: 2 }, { allowedFails: 3 }, { of: 'all', fails: 2 }],
    ['the deployment first', { allowedFails: 0 }, { allowedFails: 2 }, {}, { of: 'all', fails: 0 }],
    [
      'a class before the number of its level',
      {},
      {},
      { allowedFails: 3, allowedFailsPolicy: { TimeoutError: 9 } },
      { of: 'class', fails: 9 },
    ],
    [
      'the number of a level before the class of a wider one',
      { allowedFails: 1 },
      { allowedFailsPolicy: { TimeoutError: 9 } },
      {},
      { of: 'all', fails: 1 },
    ],
    ['another class says nothing', {}, { allowedFailsPolicy: { RateLimitError: 1 } }, {}, null],
    [
      'the default of a policy',
      {},
      { allowedFailsPolicy: { RateLimitError: 1, Default: 7 } },
      {},
      { of: 'all', fails: 7 },
    ],
  ])('%s', (_what, own, group, router, expected) => {
    expect(allowedFails('TimeoutError', candidateOf(own), routerWith(group, router))).toEqual(expected);
  });
});

describe('cooldownTime', () => {
  it.each<[string, number | null, number | null, number]>([
    ['the router', null, null, 5_000],
    ['the group before the router', null, 7_000, 7_000],
    ['the deployment first', 9_000, 7_000, 9_000],
    ['even when it says never', 0, 7_000, 0],
  ])('%s', (_what, own, group, expected) => {
    const router = routerWith({ cooldownMs: group });
    expect(cooldownTime(candidateOf({ cooldownMs: own }), router)).toBe(expected);
  });
});
