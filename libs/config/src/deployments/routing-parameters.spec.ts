import { load, only, problemsOf } from '../load-config.test-kit.js';

describe('routing parameters of a deployment', () => {
  it('may stand in either place; litellm_params wins', () => {
    const text = `model_list:
  - model_name: a
    litellm_params:
      { model: bedrock/a, connect_timeout: 1, allowed_fails_policy: { RateLimitErrorAllowedFails: 2 }, aws_region_name: eu-west-1,
        max_input_tokens: 10, max_tokens: 7 }
    model_info:
      { connect_timeout: 9, idle_timeout: 2, allowed_fails: 3, allowed_fails_policy: { DefaultAllowedFails: 1 }, cooldown_time: 4,
        retry_policy: { TimeoutErrorRetries: 1 }, max_parallel_requests: 5, silent_model: a, blocked: true, max_budget: 1.5,
        budget_duration: 7d, max_input_tokens: 20, max_tokens: 30, max_request_bytes: 1000, supports_function_calling: false,
        supports_pdf_input: true, supports_vision: null }
`;
    expect(only(text)).toMatchObject({
      connectTimeoutMs: 1_000,
      idleTimeoutMs: 2_000,
      allowedFails: 3,
      allowedFailsPolicy: { RateLimitError: 2 },
      cooldownMs: 4_000,
      retryPolicy: { TimeoutError: 1 },
      maxParallelRequests: 5,
      silentModel: 'a',
      blocked: true,
      region: 'eu-west-1',
      budget: { limitNanos: 1.5e9, window: '7d' },
      limits: {
        maxInputTokens: 10,
        maxOutputTokens: 30,
        maxRequestBytes: 1000,
        supports: { tools: false, pdfInput: true },
      },
      defaults: { max_tokens: 7 },
    });
  });

  it('are not there for a deployment that says nothing', () => {
    const deployment = only('model_list: [{ model_name: a, litellm_params: { model: openai/a } }]');
    expect(deployment).toMatchObject({
      limits: {},
      budget: null,
      region: null,
      retryPolicy: {},
      blocked: false,
    });
    expect(deployment.limits).toEqual({});
  });
});

describe('mistakes in a deployment', () => {
  const deployment = (params: string, info = ''): string =>
    `model_list:\n  - model_name: a\n    litellm_params: { model: openai/a, ${params} }\n    model_info: { ${info} }\n`;
  const PARAMS = 'model_list[0].litellm_params';

  it.each([
    ['silent_model: b', '', `${PARAMS}.silent_model (line 3): there is no model b`],
    [
      'max_budget: 5',
      '',
      `${PARAMS}.max_budget (line 3): needs a budget_duration beside it: without a window nothing is limited`,
    ],
    [
      'max_parallel_requests: 1.5',
      '',
      `${PARAMS}.max_parallel_requests (line 3): expected a whole number of at least 0, got "1.5"`,
    ],
    [
      'connect_timeot: 1',
      '',
      `${PARAMS}.connect_timeot (line 3): unknown key; did you mean connect_timeout?`,
    ],
    ['', 'blocked: 3', 'model_list[0].model_info.blocked (line 4): expected true or false, got "3"'],
    [
      '',
      'supports_vision: some',
      'model_list[0].model_info.supports_vision (line 4): expected true or false, got "some"',
    ],
    [
      '',
      'max_input_tokens: 0',
      'model_list[0].model_info.max_input_tokens (line 4): expected a whole number of at least 1, got "0"',
    ],
    ['', 'retry_policy: 3', 'model_list[0].model_info.retry_policy (line 4): expected a mapping, got 3'],
  ])('%s %s', (params, info, expected) => {
    expect(problemsOf(deployment(params, info))).toEqual([expected]);
  });

  it('are a warning where keys of the user’s own may stand', () => {
    expect(load(deployment('', 'max_input_tokns: 5, owner: me, input_cost_per_second: 1')).warnings).toEqual([
      'line 4: model_list[0].model_info.max_input_tokns is kept as a key of your own; did you mean max_input_tokens?',
    ]);
    expect(load(deployment('budget_duration: 1d')).warnings).toEqual([
      `line 3: ${PARAMS}.budget_duration limits nothing without a max_budget beside it`,
    ]);
  });
});
