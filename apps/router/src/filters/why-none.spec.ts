import { ROUTER_DEFAULTS, type Deployment, type RouterSettings } from '@tollgate/config';
import type { CallHeader, GatewayError } from '@tollgate/contracts';
import { select, whyNone } from '../selection.js';
import { START, deployment, header, toGroup } from '../_fixtures.js';
import { FakeView, openFor } from '../_view.js';

interface Scene {
  readonly a?: Partial<Deployment>;
  readonly b?: Partial<Deployment>;
  readonly call?: Partial<CallHeader>;
  readonly config?: Partial<RouterSettings>;
  readonly view?: (view: FakeView) => void;
  readonly unfit?: string[];
}

/** The error of a group of two that has nothing left. */
function errorOf({ a = {}, b = {}, call = {}, config = {}, view: known, unfit }: Scene): GatewayError {
  const group = toGroup('chat', [deployment('a', a), deployment('b', b)], false);
  const view = new FakeView();
  known?.(view);
  const asked = { call: header(call), view, config: { ...ROUTER_DEFAULTS, ...config } };
  const failures = unfit === undefined ? undefined : { tried: new Set(unfit), unfit: new Set(unfit) };
  const selection = select(group, asked.call, { ...asked, failures });
  expect(selection.candidates).toEqual([]);
  return whyNone(group, selection, asked);
}

const preCallChecks = { preCallChecks: true };

describe('whyNone', () => {
  it('tells when the first returns, when all are cooling', () => {
    const error = errorOf({
      view: ({ circuits }) => {
        circuits['a'] = openFor(9_000);
        circuits['b'] = openFor(2_300);
      },
    });
    expect(error).toMatchObject({ code: 'all_cooling', status: 429, options: { retryAfterMs: 2_300 } });
    expect(error.message).toContain(
      'Try again in 3 seconds. All deployments for selected model are in cooldown',
    );
  });

  it('does not count on a deployment that could not serve the call anyway', () => {
    const error = errorOf({
      a: { limits: { supports: { vision: false } } },
      call: { needs: ['vision'] },
      view: ({ circuits }) => {
        circuits['a'] = openFor(1_000);
        circuits['b'] = openFor(7_000);
      },
    });
    expect(error).toMatchObject({ code: 'all_cooling', options: { retryAfterMs: 7_000 } });
  });

  it('looks again soon while a probe is under way', () => {
    const probing = { state: 'half-open', probing: true } as const;
    const error = errorOf({ view: ({ circuits }) => (circuits['a'] = circuits['b'] = probing) });
    expect(error).toMatchObject({ code: 'all_cooling', options: { retryAfterMs: 1_000 } });
  });

  it('names limits that pass, with the time of the first', () => {
    const error = errorOf({
      a: { rpm: 1 },
      config: { enforceRateLimits: true },
      view: (view) => {
        view.known['a'] = { requestsThisMinute: 1 };
        view.limits['b'] = () => START + 90_000;
      },
    });
    const nextMinute = 60_000 - (START % 60_000);
    expect(error).toMatchObject({ code: 'rate_limited', status: 429, options: { retryAfterMs: nextMinute } });
    expect(error.message).toContain('No deployments available for selected model, Try again in');
    expect(error.message).toContain('rpm: 1 of 1 used');
  });

  it('is the context window in words that context_window_fallbacks know', () => {
    const error = errorOf({
      a: { limits: { maxInputTokens: 10 } },
      b: { limits: { maxInputTokens: 20 } },
      call: { inputTokens: 21 },
      config: preCallChecks,
    });
    expect(error).toMatchObject({
      code: 'no_deployment',
      status: 400,
      options: { upstreamCode: 'context_length_exceeded' },
    });
    expect(error.message).toMatch(/^litellm\.ContextWindowExceededError: ContextWindowExceededError: /);
    expect(error.message).toContain('context window 20 < 21 tokens');
  });

  it("is LiteLLM's 401 when tags keep all of them away", () => {
    const tags = ['free'];
    const error = errorOf({
      a: { tags },
      b: { tags },
      call: { tags: ['paid', 'x'] },
      config: { tagFiltering: 'any' },
    });
    expect(error).toMatchObject({ status: 401, type: 'no_deployments_with_tag_routing' });
    expect(error.message).toBe(
      `Not allowed to access model due to tags configuration. Passed model=chat and tags=['paid', 'x']`,
    );
  });

  it("is LiteLLM's 429 when budgets are used up", () => {
    const error = errorOf({
      config: { providerBudgets: new Map([['openai', { limitNanos: 1_000, window: '1d' }]]) },
      view: ({ budgets }) => {
        budgets['a'] = budgets['b'] = 'Exceeded budget for provider openai: 0.0007 >= 1e-06';
      },
    });
    expect(error.status).toBe(429);
    expect(error.message).toBe(
      'No deployments available - crossed budget for provider: Exceeded budget for provider openai: 0.0007 >= 1e-06',
    );
  });

  it.each<[string, Scene, string]>([
    [
      'capability',
      {
        a: { limits: { supports: { vision: false } } },
        b: { limits: { supports: { vision: false } } },
        call: { needs: ['vision'] },
      },
      'Left out: no vision (2 deployments).',
    ],
    [
      'size',
      {
        a: { limits: { maxRequestBytes: 5 } },
        b: { limits: { maxRequestBytes: 6 } },
        call: { bodyBytes: 7 },
      },
      'Left out: request of 7 bytes > 5; request of 7 bytes > 6.',
    ],
    [
      'region',
      { a: { region: 'us' }, call: { regions: ['eu'] }, config: preCallChecks },
      'Left out: region us, not eu; region unknown, not eu.',
    ],
  ])('is a 400 that names the missing %s', (_what, scene, account) => {
    const error = errorOf(scene);
    expect(error).toMatchObject({ code: 'no_deployment', status: 400 });
    expect(error.message).toBe(`No deployment of chat can serve this call. ${account}`);
  });

  it('is a 503 when all are paused', () => {
    const error = errorOf({ a: { blocked: true }, b: { blocked: true } });
    expect(error).toMatchObject({ status: 503, message: "Model 'chat' is currently paused." });
  });

  it('is a 400 when nothing else is known', () => {
    const error = errorOf({ a: { blocked: true }, unfit: ['b'] });
    expect(error).toMatchObject({ code: 'no_deployment', message: expect.stringContaining('no healthy') });
  });
});
