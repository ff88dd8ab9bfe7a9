import { load, problemsOf } from '../load-config.test-kit.js';

/** A file with two models and these settings of one of them, of the router, of LiteLLM. */
const file = (entry: string, router = '{}', litellm = '{}'): string => `model_list:
  - { model_name: chat, litellm_params: { model: openai/a }, model_info: { id: chat-id }${entry} }
  - { model_name: other, litellm_params: { model: openai/b } }
router_settings: ${router}
litellm_settings: ${litellm}
`;
const GROUP = 'router_settings.model_group_settings';

describe('mistakes in what is said of a name', () => {
  it.each([
    ['canary: {}', ['canary.to (line 2): is missing', 'canary.percent (line 2): is missing']],
    ['canary: 5', ['canary (line 2): expected a mapping, got 5']],
    [
      'canary: { to: othr, percent: 101 }',
      [
        'canary.percent (line 2): expected a number from 0 to 100, got "101"',
        'canary.to (line 2): there is no model othr; did you mean other?',
      ],
    ],
    ['canary: { to: chat, percent: 5 }', ['canary (line 2): leads to chat itself']],
    [
      'canary: { to: other, percent: 5, sticky_by: team, stickyby: key }',
      [
        'canary.sticky_by (line 2): expected key, user, session or none, got "team"',
        'canary.stickyby (line 2): unknown key; did you mean sticky_by?',
      ],
    ],
    [
      'canary: { to: other, percent: 5, rollback_when: { min_calls: 0 } }',
      [
        'canary.rollback_when.min_calls (line 2): expected a whole number of at least 1, got "0"',
        'canary.rollback_when (line 2): needs error_rate_above or p95_latency_above',
      ],
    ],
    [
      'canary: { to: other, percent: 5, rollback_when: { error_rate_above: 2 } }',
      ['canary.rollback_when.error_rate_above (line 2): expected a number from 0 to 1, got "2"'],
    ],
    ['hedge: sometimes', ['hedge (line 2): expected true or false, got "sometimes"']],
    [
      'hedge: { delay: -1, max_share: 2, maxshare: 1 }',
      [
        'hedge.delay (line 2): expected a number of at least 0, got "-1"',
        'hedge.max_share (line 2): expected a number from 0 to 1, got "2"',
        'hedge.maxshare (line 2): unknown key; did you mean max_share?',
      ],
    ],
    ['on_stream_failure: retry', ['on_stream_failure (line 2): expected error or continue, got "retry"']],
    ['deterministic: maybe', ['deterministic (line 2): expected true or false, got "maybe"']],
    [
      'routing_strategy: adaptiv',
      ['routing_strategy (line 2): there is no strategy adaptiv; did you mean adaptive?'],
    ],
    [
      'retry_policy: { RateLimitRetries: 1, TimeoutErrorRetries: -1 }',
      [
        'retry_policy.TimeoutErrorRetries (line 2): expected a whole number of at least 0, got "-1"',
        'retry_policy.RateLimitRetries (line 2): unknown key',
      ],
    ],
    [
      'allowed_fails_policy: { RateLimitErorAllowedFails: 1 }',
      [
        'allowed_fails_policy.RateLimitErorAllowedFails (line 2): unknown key; did you mean RateLimitErrorAllowedFails?',
      ],
    ],
    [
      'deprecated: { since: 2026-02-30, sunset: tomorrow, use: chta }',
      [
        'deprecated.since (line 2): expected a date such as 2026-10-31, got "2026-02-30"',
        'deprecated.sunset (line 2): expected a date such as 2026-10-31, got "tomorrow"',
        'deprecated.use (line 2): there is no model chta; did you mean chat?',
      ],
    ],
    [
      'deprecated: { since: 2026-05-01, sunset: 2026-04-01 }',
      ['deprecated.sunset (line 2): is before since'],
    ],
    [
      'deprecated: { use: chat-id }',
      ['deprecated.use (line 2): chat-id is the id of a deployment; the name of a model is expected'],
    ],
    ['hedg: true', ['hedg (line 2): unknown key; did you mean hedge?']],
  ])('%s', (entry, expected) => {
    expect(problemsOf(file(`, ${entry}`))).toEqual(expected.map((text) => `model_list[0].${text}`));
    expect(problemsOf(file('', `{ model_group_settings: { chat: { ${entry} } } }`))).toEqual(
      expected.map((text) => `${GROUP}.chat.${text.replaceAll('line 2', 'line 4')}`),
    );
  });

  it('are told with both lines when two places differ', () => {
    const text = `model_list:
  - { model_name: a, timeout: 1, hedge: true, litellm_params: { model: openai/a } }
  - { model_name: a, timeout: 2, hedge: { max_share: 0.05 }, litellm_params: { model: openai/b } }
router_settings:
  model_group_settings: { a: { retry_policy: { TimeoutErrorRetries: 1 } } }
  model_group_retry_policy: { a: { TimeoutErrorRetries: 2 } }
  model_group_alias: { b: { model: a, deprecated: { since: 2026-01-01 } } }
`;
    expect(problemsOf(text)).toEqual([
      'model_list[1].timeout (line 3): differs from model_list[0].timeout (line 2); a name has one value for all of its entries',
      `router_settings.model_group_retry_policy.a (line 6): differs from ${GROUP}.a.retry_policy (line 5); a name has one value for all of its entries`,
    ]);
  });

  it.each([
    [
      'model_group_settings: { chatt: {} }',
      `${GROUP}.chatt (line 4): there is no model chatt; did you mean chat?`,
    ],
    [
      'model_group_settings: { chat-id: {} }',
      `${GROUP}.chat-id (line 4): chat-id is the id of a deployment; the name of a model is expected`,
    ],
    ['model_group_settings: { "openai/*": {} }', `${GROUP}.openai/* (line 4): there is no model openai/*`],
    ['model_group_settings: { chat: on }', `${GROUP}.chat (line 4): expected a mapping, got "on"`],
    [
      'model_group_retry_policy: { nobody: {} }',
      'router_settings.model_group_retry_policy.nobody (line 4): there is no model nobody',
    ],
    [
      'model_group_alias: { nick: { model: chat }, self: { model: nick, deprecated: { usee: chat } } }',
      'router_settings.model_group_alias.self.deprecated.usee (line 4): unknown key; did you mean use?',
    ],
    [
      'model_group_alias: { nick: chat }, model_group_settings: { chat: { canary: { to: nick, percent: 1 } } }',
      `${GROUP}.chat.canary (line 4): leads to chat itself`,
    ],
  ])('%s', (router, expected) => {
    expect(problemsOf(file('', `{ ${router} }`))).toEqual([expected]);
  });

  it('are aliases that lead in a circle', () => {
    expect(problemsOf(file('', '{ model_group_alias: { a: b, b: a, c: a } }'))).toEqual([
      'router_settings.model_group_alias.a (line 4): leads back to itself',
      'router_settings.model_group_alias.b (line 4): leads back to itself',
    ]);
  });
});

describe('mistakes in the router’s settings', () => {
  it.each([
    [
      'routing_strategy_args: { tll: 1 }',
      'routing_strategy_args.tll (line 4): unknown key; did you mean ttl?',
    ],
    [
      'routing_strategy_args: { ttl: -1 }',
      'routing_strategy_args.ttl (line 4): expected a number of at least 0, got "-1"',
    ],
    ['retry_budget: 2', 'retry_budget (line 4): expected a number from 0 to 1 or off, got "2"'],
    ['retry_budget: none', 'retry_budget (line 4): expected a number from 0 to 1 or off, got "none"'],
    ['cooling_wait: long', 'cooling_wait (line 4): expected a number of at least 0, got "long"'],
    ['idle_timeout: 0', 'idle_timeout (line 4): expected a number of at least 0.001, got "0"'],
    ['enable_pre_call_checks: 7', 'enable_pre_call_checks (line 4): expected true or false, got "7"'],
    [
      'optional_pre_call_checks: [sesion_affinity]',
      'optional_pre_call_checks[0] (line 4): there is no check "sesion_affinity"; did you mean session_affinity?',
    ],
    ['optional_pre_call_checks: [{}]', 'optional_pre_call_checks[0] (line 4): there is no check a mapping'],
    [
      'provider_budget_config: { opnai: { budget_limit: 1, time_period: 1d } }',
      'provider_budget_config.opnai (line 4): there is no provider opnai; did you mean openai?',
    ],
    [
      'provider_budget_config: { openai: { time_period: 1d } }',
      'provider_budget_config.openai.budget_limit (line 4): is missing',
    ],
    [
      'provider_budget_config: { openai: { budget_limit: 1 } }',
      'provider_budget_config.openai.time_period (line 4): is missing: without a window nothing is limited',
    ],
    [
      'provider_budget_config: { openai: { budget_limit: 1, time_period: 1y } }',
      'provider_budget_config.openai.time_period (line 4): expected a window such as 1h, 1d, 7d, 30d or 1mo (m is minutes, mo months), got "1y"',
    ],
    [
      'provider_budget_config: { openai: { budget_limt: 1, max_budget: 1, time_period: 1d } }',
      'provider_budget_config.openai.budget_limt (line 4): unknown key; did you mean budget_limit?',
    ],
    [
      'context_window_fallbacks: [{ chat: [othr] }]',
      'context_window_fallbacks[0].chat[0] (line 4): there is no model othr; did you mean other?',
    ],
    [
      'content_policy_fallbacks: [{ chatt: [other] }]',
      'content_policy_fallbacks[0].chatt (line 4): there is no model chatt; did you mean chat?',
    ],
    ['team_settings: { t: { retries: 1 } }', 'team_settings.t.retries (line 4): unknown key'],
    [
      'team_settings: { t: { model_group_alias: { mine: chatt } } }',
      'team_settings.t.model_group_alias.mine (line 4): there is no model chatt; did you mean chat?',
    ],
    [
      'team_settings: { t: { model_group_alias: { mine: chat }, fallbacks: [{ mine: [mine] }] } }',
      'team_settings.t.fallbacks[0].mine[0] (line 4): there is no model mine',
    ],
    [
      'team_settings: { t: { num_retries: x } }',
      'team_settings.t.num_retries (line 4): expected a whole number of at least 0, got "x"',
    ],
  ])('%s', (router, expected) => {
    expect(problemsOf(file('', `{ ${router} }`))).toEqual([`router_settings.${expected}`]);
  });

  it.each([
    [
      'timezone: Middle/Earth',
      'timezone (line 5): expected a time zone such as Europe/Berlin, got "Middle/Earth"',
    ],
    ['tag_budget_config: { t: 5 }', 'tag_budget_config.t (line 5): expected a mapping, got 5'],
    [
      'tag_budget_config: { t: { max_budget: -1, budget_duration: 1d } }',
      'tag_budget_config.t.max_budget (line 5): expected a number of at least 0, got "-1"',
    ],
  ])('%s', (litellm, expected) => {
    expect(problemsOf(file('', '{}', `{ ${litellm} }`))).toEqual([`litellm_settings.${expected}`]);
  });

  it('leave checks that do nothing yet with a warning', () => {
    const { warnings } = load(file('', '{ optional_pre_call_checks: [encrypted_content_affinity] }'));
    expect(warnings).toEqual([
      'line 4: router_settings.optional_pre_call_checks[0] encrypted_content_affinity is accepted but has no effect yet',
    ]);
  });
});
