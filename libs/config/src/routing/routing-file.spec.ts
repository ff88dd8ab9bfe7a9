import { GROUP_DEFAULTS } from '../demo-config.js';
import { load } from '../load-config.test-kit.js';

const FILE = `
model_list:
  - model_name: chat
    canary: { to: chat-next, percent: 5, rollback_when: { error_rate_above: 0.1, p95_latency_above: 2.5 } }
    hedge: true
    timeout: 40
    litellm_params: { model: openai/gpt-4o, silent_model: shadow }
    model_info: { id: chat-a }
  - model_name: chat
    timeout: 40
    on_stream_failure: continue
    litellm_params: { model: azure/eu, api_base: https://eu.example }
    model_info: { id: chat-b }
  - { model_name: chat-next, litellm_params: { model: anthropic/claude-sonnet-4-5 } }
  - { model_name: shadow, litellm_params: { model: ollama/llama3 } }
  - model_name: "openai/*"
    routing_strategy: adaptive
    cooling_wait: 3
    litellm_params: { model: "openai/*" }
router_settings:
  routing_strategy: latency-based-routing
  routing_strategy_args: { ttl: 60, lowest_latency_buffer: 0.5, rpm_limit: 5 }
  retry_policy: { RateLimitErrorRetries: 3, BadRequestErrorRetries: 0, DefaultRetries: 1 }
  model_group_retry_policy: { shadow: { TimeoutErrorRetries: 4 } }
  allowed_fails_policy: { InternalServerErrorAllowedFails: 20 }
  connect_timeout: 1.5
  idle_timeout: 20
  cooling_wait: 2
  retry_budget: 0.1
  max_fallbacks: 2
  fallbacks: [{ chat: [shadow] }]
  context_window_fallbacks: [{ chat: [chat-next] }]
  enable_pre_call_checks: true
  optional_pre_call_checks: [prompt_caching, session_affinity, deployment_affinity, enforce_model_rate_limits, router_budget_limiting]
  enable_tag_filtering: true
  tag_filtering_match_any: false
  provider_budget_config:
    openai: { budget_limit: 100, time_period: 1d }
    anthropic: { max_budget: 0.5, budget_duration: 12d }
  model_group_alias:
    gpt: chat
    old: { model: chat, hidden: true, deprecated: { since: 2026-01-31, sunset: "2026-07-01T12:00:00+02:00", use: chat-next } }
  model_group_settings:
    chat: { num_retries: 5, retry_policy: { RateLimitErrorRetries: 9 }, cooldown_time: 0 }
    gpt: { retry_policy: { TimeoutErrorRetries: 1 }, hedge: false }
    shadow: { deterministic: true, allowed_fails: 7 }
    openai/o3: { stream_timeout: 90 }
  team_settings:
    team-1:
      fallbacks: [{ mine: [shadow] }]
      context_window_fallbacks: []
      model_group_alias: { mine: chat, other: { model: chat-next } }
      num_retries: 0
      timeout: 30
litellm_settings:
  context_window_fallbacks: [{ chat: [shadow] }, { shadow: [chat] }]
  tag_budget_config: { "product:bot": { max_budget: 10, budget_duration: 1mo } }
  timezone: Europe/Berlin
`;

describe('a file that says all that can be said of routing', () => {
  const { config, warnings } = load(FILE);
  const { router } = config;
  const group = (name: string) => router.groups.get(name);

  it('loads; what does nothing yet is told', () => {
    expect(warnings).toEqual([
      'line 22: router_settings.routing_strategy_args.rpm_limit is accepted but has no effect yet',
    ]);
  });

  it('sets the router', () => {
    expect(router).toMatchObject({
      routingStrategy: 'latency-based-routing',
      strategyArguments: { ttlMs: 60_000, lowestLatencyBuffer: 0.5 },
      retryPolicy: { RateLimitError: 3, BadRequestError: 0, Default: 1 },
      allowedFailsPolicy: { InternalServerError: 20 },
      connectTimeoutMs: 1_500,
      idleTimeoutMs: 20_000,
      coolingWaitMs: 2_000,
      retryBudget: 0.1,
      maxFallbacks: 2,
      preCallChecks: true,
      enforceRateLimits: true,
      affinity: { session: true, key: true, promptPrefix: true },
      tagFiltering: 'all',
    });
    expect(config.general.timeZone).toBe('Europe/Berlin');
  });

  it('sets fallbacks by cause, the router’s over LiteLLM’s name by name', () => {
    expect(router.contextWindowFallbacks).toEqual(
      new Map([
        ['chat', ['chat-next']],
        ['shadow', ['chat']],
      ]),
    );
    expect(router.contentPolicyFallbacks).toBeNull();
  });

  it('sets budgets in nano-dollars, in either spelling', () => {
    expect(router.providerBudgets).toEqual(
      new Map([
        ['openai', { limitNanos: 100e9, window: '1d' }],
        ['anthropic', { limitNanos: 0.5e9, window: '12d' }],
      ]),
    );
    expect(router.tagBudgets).toEqual(new Map([['product:bot', { limitNanos: 10e9, window: '1mo' }]]));
  });

  it('gathers what is said of a name wherever it is said', () => {
    expect(group('chat')).toEqual({
      ...GROUP_DEFAULTS,
      canary: {
        to: 'chat-next',
        percent: 5,
        stickyBy: 'key',
        rollbackWhen: { errorRateAbove: 0.1, p95LatencyAboveMs: 2_500, minCalls: 20 },
      },
      hedge: { delayMs: null, maxShare: 0.05 },
      timeoutMs: 40_000,
      onStreamFailure: 'continue',
      numRetries: 5,
      retryPolicy: { RateLimitError: 9 },
      cooldownMs: 0,
    });
    expect(group('shadow')).toEqual({
      ...GROUP_DEFAULTS,
      deterministic: true,
      allowedFails: 7,
      retryPolicy: { TimeoutError: 4 },
    });
    expect(group('chat-next')).toBeUndefined();
  });

  it('sets what is said of an alias over what is said of the name behind it', () => {
    const chat = group('chat');
    expect(group('gpt')).toEqual({
      ...chat,
      hedge: null,
      retryPolicy: { RateLimitError: 9, TimeoutError: 1 },
    });
    expect(group('gpt')?.canary).toBe(chat?.canary);
    expect(group('old')).toEqual({
      ...chat,
      deprecated: {
        since: Date.parse('2026-01-31T00:00:00Z'),
        sunset: Date.parse('2026-07-01T10:00:00Z'),
        use: 'chat-next',
      },
    });
    expect(config.aliases.get('old')).toEqual({ model: 'chat', hidden: true });
  });

  it('sets what is said of a name over what is said of the wildcard that covers it', () => {
    expect(group('openai/*')).toMatchObject({ routingStrategy: 'adaptive', coolingWaitMs: 3_000 });
    expect(group('openai/o3')).toMatchObject({ routingStrategy: 'adaptive', streamTimeoutMs: 90_000 });
  });

  it('lists names with another one behind them first', () => {
    expect([...router.groups.keys()]).toEqual(['old', 'gpt', 'openai/o3', 'chat', 'openai/*', 'shadow']);
  });

  it('sets teams apart; an empty list of chains is none', () => {
    expect([...router.teams]).toEqual([
      [
        'team-1',
        {
          fallbacks: { mine: ['shadow'] },
          aliases: { mine: 'chat', other: 'chat-next' },
          numRetries: 0,
          timeoutMs: 30_000,
        },
      ],
    ]);
  });
});

describe('router settings', () => {
  const router = (text: string, variables = {}) =>
    load(
      `model_list: [{ model_name: a, litellm_params: { model: openai/a } }]\nrouter_settings: ${text}`,
      variables,
    ).config.router;

  it.each([
    ['off', null],
    ['false', null],
    ['0', 0],
    ['1', 1],
    ['null', 0.2],
  ])('retry_budget: %s', (written, expected) => {
    expect(router(`{ retry_budget: ${written} }`).retryBudget).toBe(expected);
  });

  it('may come from the environment', () => {
    expect(router('{ retry_budget: os.environ/BUDGET }', { BUDGET: 'off' }).retryBudget).toBeNull();
    expect(router('{ retry_budget: os.environ/BUDGET }', { BUDGET: '0.5' }).retryBudget).toBe(0.5);
  });

  it.each([
    ['{}', 'off'],
    ['{ tag_filtering_match_any: false }', 'off'],
    ['{ enable_tag_filtering: true }', 'any'],
  ])('tag filtering of %s is %s', (text, expected) => {
    expect(router(text).tagFiltering).toBe(expected);
  });

  it('without chains after a long prompt leave it to the general ones', () => {
    expect(router('{ context_window_fallbacks: [] }').contextWindowFallbacks).toBeNull();
  });

  it('may belong to a name without its provider', () => {
    const text = `model_list: [{ model_name: "openai/*", litellm_params: { model: "openai/*" } }]\nrouter_settings: { fallbacks: [{ gpt-4o: [openai/gpt-4o-mini] }] }`;
    expect(load(text).config.router.fallbacks.get('gpt-4o')).toEqual(['openai/gpt-4o-mini']);
  });
});
