import { GROUP_DEFAULTS, ROUTER_DEFAULTS, type Deployment, type RouterSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { select, type Selection } from '../selection.js';
import { START, deployment, header, toGroup } from '../_fixtures.js';
import { FakeView, openFor } from '../_view.js';

interface Case {
  readonly deployments: Readonly<Record<string, Partial<Deployment>>>;
  readonly call?: Partial<CallHeader>;
  readonly config?: Partial<RouterSettings>;
  readonly view?: (view: FakeView) => void;
}

function selectOf({ deployments, call = {}, config = {}, view: known }: Case): Selection {
  const members = Object.entries(deployments).map(([id, patch]) => deployment(id, patch));
  const view = new FakeView();
  known?.(view);
  return select(toGroup('chat', members, members.length === 1), header(call), {
    view,
    config: { ...ROUTER_DEFAULTS, ...config },
  });
}

/** `id` or `id: why it was left out`, the candidates first. */
const result = ({ candidates, dropped }: Selection): string[] => [
  ...candidates.map((candidate) => candidate.deployment.id),
  ...dropped.map(({ deploymentId, reason }) => `${deploymentId}: ${reason}`),
];

const at = (milliseconds: number): string => new Date(START + milliseconds).toISOString();

describe('availability', () => {
  it.each<[string, Case, string[]]>([
    ['blocked', { deployments: { a: {}, b: { blocked: true } } }, ['a', 'b: blocked']],
    [
      'an open circuit',
      { deployments: { a: {}, b: {} }, view: (view) => (view.circuits['b'] = openFor(5_000)) },
      ['a', `b: open until ${at(5_000)}`],
    ],
    [
      'a circuit whose time is over: whoever comes is the probe',
      { deployments: { a: {}, b: {} }, view: (view) => (view.circuits['b'] = openFor(0)) },
      ['a', 'b'],
    ],
    [
      'a half-open circuit without a probe',
      { deployments: { a: {}, b: {} }, view: (view) => (view.circuits['b'] = { state: 'half-open' }) },
      ['a', 'b'],
    ],
    [
      'a half-open circuit with a probe',
      {
        deployments: { a: {}, b: {} },
        view: (view) => (view.circuits['b'] = { state: 'half-open', probing: true }),
      },
      ['a', 'b: half-open, a probe is under way'],
    ],
    [
      "the provider's own limit",
      {
        deployments: { a: {}, b: {} },
        call: { inputTokens: 200 },
        view: (view) => {
          view.limits['a'] = (tokens) => (tokens > 200 ? START + 1 : null);
          view.limits['b'] = (tokens) => (tokens > 199 ? START + 9_000 : null);
        },
      },
      ['a', `b: provider has no room for 200 tokens until ${at(9_000)}`],
    ],
  ])('%s', (_what, scene, expected) => {
    expect(result(selectOf(scene))).toEqual(expected);
  });
});

describe('fitness', () => {
  const sized = { maxInputTokens: 8_192 };
  it.each<[string, Case, string[]]>([
    [
      "the config's max_input_tokens, for the prompt alone",
      {
        deployments: { a: { limits: sized }, b: { limits: { maxInputTokens: 8_191 } }, c: {} },
        call: { inputTokens: 8_192, maxOutputTokens: 50_000 },
        config: { preCallChecks: true },
      },
      ['a', 'c', 'b: context window 8191 < 8192 tokens'],
    ],
    [
      "the catalogue's context window, for prompt and answer",
      {
        deployments: { a: { model: 'gpt-4' }, b: { model: 'gpt-4o' } },
        call: { inputTokens: 8_000, maxOutputTokens: 4_000 },
        config: { preCallChecks: true },
      },
      ['b', 'a: context window 8192 < 12000 tokens'],
    ],
    [
      "the base model's context window",
      {
        deployments: { a: { provider: 'azure', model: 'mine', baseModel: 'azure/gpt-4' }, b: {} },
        call: { inputTokens: 8_193 },
        config: { preCallChecks: true },
      },
      ['b', 'a: context window 8192 < 8193 tokens'],
    ],
    [
      'no context window without enable_pre_call_checks',
      { deployments: { a: { limits: sized } }, call: { inputTokens: 9_000 } },
      ['a'],
    ],
    [
      'regions',
      {
        deployments: { a: { region: 'EU-west-1' }, b: { region: 'us-east-1' }, c: {} },
        call: { regions: ['eu', 'westus'] },
        config: { preCallChecks: true },
      },
      ['a', 'b: region us-east-1, not eu or westus', 'c: region unknown, not eu or westus'],
    ],
    [
      'the size of the body, always',
      {
        deployments: { a: { limits: { maxRequestBytes: 100 } }, b: { limits: { maxRequestBytes: 99 } } },
        call: { bodyBytes: 100 },
      },
      ['a', 'b: request of 100 bytes > 99'],
    ],
    [
      'capabilities that are known to be missing',
      {
        deployments: {
          a: { limits: { supports: { vision: true } } },
          b: { limits: { supports: { tools: true, vision: false } } },
          c: {},
        },
        call: { needs: ['tools', 'vision'] },
      },
      ['a', 'c', 'b: no vision'],
    ],
  ])('%s', (_what, scene, expected) => {
    expect(result(selectOf(scene))).toEqual(expected);
  });
});

describe('tags', () => {
  const tiers = { free: { tags: ['free'] }, paid: { tags: ['paid', 'eu'] }, rest: { tags: ['default'] } };
  const noDefault = { free: tiers.free, paid: tiers.paid, bare: {} };
  it.each<[string, Case['deployments'], string[], 'any' | 'all' | 'off', string[]]>([
    ['one of the tags', tiers, ['paid', 'x'], 'any', ['paid']],
    ['all of the tags', tiers, ['paid', 'eu'], 'all', ['paid']],
    ['all of the tags and there is none: default', tiers, ['paid', 'x'], 'all', ['rest']],
    ['a tag that nobody has: default', tiers, ['x'], 'any', ['rest']],
    ['a tag that nobody has, and no default', noDefault, ['x'], 'any', []],
    ['no tags: default', tiers, [], 'any', ['rest']],
    ['no tags, no default: those without tags', noDefault, [], 'any', ['bare']],
    [
      'no tags, and all deployments have some',
      { free: tiers.free, paid: tiers.paid },
      [],
      'all',
      ['free', 'paid'],
    ],
    ['filtering is off', tiers, ['x'], 'off', ['free', 'paid', 'rest']],
  ])('%s', (_what, deployments, tags, tagFiltering, expected) => {
    const { candidates } = selectOf({ deployments, call: { tags }, config: { tagFiltering } });
    expect(candidates.map((candidate) => candidate.deployment.id)).toEqual(expected);
  });

  it("leaves a tag's calls to its deployments, and others' to others, while they are cooling", () => {
    const config = { tagFiltering: 'any' } as const;
    const view = (known: FakeView) => (known.circuits['paid'] = known.circuits['rest'] = openFor(1));
    for (const tags of [['paid'], []])
      expect(selectOf({ deployments: tiers, call: { tags }, config, view }).candidates).toEqual([]);
  });
});

describe('capacity', () => {
  const used = (requests: number, tokens = 0) => ({
    view: (view: FakeView) =>
      (view.known['a'] = { requestsThisMinute: requests, tokensThisMinute: tokens, inFlight: 3 }),
  });
  const limits = { enforceRateLimits: true };
  it.each<[string, Case, string[]]>([
    ['max_parallel_requests left', { deployments: { a: { maxParallelRequests: 4 } }, ...used(0) }, ['a']],
    [
      'max_parallel_requests reached',
      { deployments: { a: { maxParallelRequests: 3 } }, ...used(0) },
      ['a: 3 of 3 calls under way'],
    ],
    ['rpm left: rpm 10 serves 10', { deployments: { a: { rpm: 10 } }, config: limits, ...used(9) }, ['a']],
    [
      'rpm reached',
      { deployments: { a: { rpm: 10 } }, config: limits, ...used(10) },
      ['a: rpm: 10 of 10 used'],
    ],
    [
      'tpm left',
      { deployments: { a: { tpm: 100 } }, call: { inputTokens: 40 }, config: limits, ...used(1, 60) },
      ['a'],
    ],
    [
      'tpm used up',
      { deployments: { a: { tpm: 100 } }, call: { inputTokens: 41 }, config: limits, ...used(1, 60) },
      ['a: tpm: 60 + 41 > 100'],
    ],
    [
      'a prompt longer than tpm',
      { deployments: { a: { tpm: 100 } }, call: { inputTokens: 101 }, config: limits },
      ['a: tpm 100 < 101 tokens'],
    ],
    ['weights only, by default', { deployments: { a: { rpm: 1 } }, ...used(5) }, ['a']],
    [
      'limits with enable_pre_call_checks',
      { deployments: { a: { rpm: 1 } }, config: { preCallChecks: true }, ...used(5) },
      ['a: rpm: 5 of 1 used'],
    ],
    ...(
      [
        'latency-based-routing',
        'usage-based-routing',
        'usage-based-routing-v2',
        'cost-based-routing',
      ] as const
    ).map((routingStrategy): [string, Case, string[]] => [
      `limits with ${routingStrategy}`,
      { deployments: { a: { rpm: 1 } }, config: { routingStrategy }, ...used(5) },
      ['a: rpm: 5 of 1 used'],
    ]),
    [
      "the group's strategy before the router's",
      {
        deployments: { a: { rpm: 1 } },
        config: {
          routingStrategy: 'cost-based-routing',
          groups: new Map([['chat', { ...GROUP_DEFAULTS, routingStrategy: 'least-busy' }]]),
        },
        ...used(5),
      },
      ['a'],
    ],
  ])('%s', (_what, scene, expected) => {
    expect(result(selectOf(scene))).toEqual(expected);
  });
});

describe('budgets', () => {
  const budget = { limitNanos: 1, window: '1d' };
  it.each<[string, Case, string[]]>([
    [
      'of a provider',
      { deployments: { a: {}, b: {} }, config: { providerBudgets: new Map([['x', budget]]) } },
      ['a', 'b: budget: used up'],
    ],
    [
      'of a tag',
      { deployments: { a: {}, b: {} }, config: { tagBudgets: new Map([['x', budget]]) } },
      ['a', 'b: budget: used up'],
    ],
    ['of a deployment', { deployments: { a: { budget }, b: {} } }, ['a', 'b: budget: used up']],
    ['that nobody has', { deployments: { a: {}, b: {} } }, ['a', 'b']],
  ])('%s', (_what, scene, expected) => {
    const view = (known: FakeView) => (known.budgets['b'] = 'used up');
    expect(result(selectOf({ ...scene, view }))).toEqual(expected);
  });
});
