import { load, model, only, problemsOf } from '../load-config.test-kit.js';

describe('names', () => {
  it.each([
    ['gpt-4o', 'openai'],
    ['o3-mini', 'openai'],
    ['chatgpt-4o-latest', 'openai'],
    ['claude-sonnet-4-5', 'anthropic'],
    ['gemini-2.5-pro', 'gemini'],
    ['command-r-plus', 'cohere'],
  ])('%s is served by %s', (name, provider) => {
    const deployment = only(`model_list: [{ model_name: a, litellm_params: { model: ${name} } }]`);
    expect(deployment).toMatchObject({ provider, model: name });
  });

  it('with a URL and no known provider speak OpenAI’s dialect, with a warning', () => {
    const text =
      'model_list: [{ model_name: a, litellm_params: { model: meta-llama/L3, api_base: http://x } }]';
    const { config, warnings } = load(text);
    expect(config.deployments[0]).toMatchObject({ provider: 'openai', model: 'meta-llama/L3' });
    expect(warnings).toEqual([expect.stringContaining('openai/meta-llama/L3 is assumed')]);
  });

  it('of fallbacks and aliases must exist, wildcards included', () => {
    const list = `model_list:\n  - { model_name: chat-a, litellm_params: { model: openai/a } }\n  - { model_name: "anthropic/*", litellm_params: { model: "anthropic/*" } }\n`;
    const good = `${list}router_settings: { fallbacks: [{ chat-a: [anthropic/claude-x, { model: nick, messages: [] }] }], model_group_alias: { nick: { model: chat-a, hidden: true } } }`;
    const { config, warnings } = load(good);
    expect(config.router.fallbacks.get('chat-a')).toEqual(['anthropic/claude-x', 'nick']);
    expect(config.aliases.get('nick')).toEqual({ model: 'chat-a', hidden: true });
    expect(warnings).toHaveLength(1);
    const bad = `${list}router_settings: { fallbacks: [{ chat-a: [chta-a] }], default_fallbacks: [nobody-here], model_group_alias: { nick: chat-aa } }`;
    expect(problemsOf(bad)).toEqual([
      'router_settings.model_group_alias.nick (line 4): there is no model chat-aa; did you mean chat-a?',
      'router_settings.default_fallbacks[0] (line 4): there is no model nobody-here',
      'router_settings.fallbacks[0].chat-a[0] (line 4): there is no model chta-a; did you mean chat-a?',
    ]);
  });

  it('of fallbacks may stand in litellm_settings; the router’s win', () => {
    const text = `${model('', 'a')}litellm_settings: { fallbacks: [{ a: [a] }], default_fallbacks: [a], num_retries: 7, request_timeout: 9 }\nrouter_settings: { default_fallbacks: [] }`;
    const { router } = load(text).config;
    expect([...router.fallbacks]).toEqual([
      ['*', []],
      ['a', ['a']],
    ]);
    expect(router).toMatchObject({ numRetries: 7, timeoutMs: 9_000 });
  });
});

describe('deployments', () => {
  it('have stable ids that do not depend on the environment or on the order of keys', () => {
    const first = only(model('api_key: os.environ/A, rpm: 1')).id;
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(only(model('rpm: 1, api_key: os.environ/A'), { A: 'sk-x' }).id).toBe(first);
    expect(only(model('api_key: os.environ/B, rpm: 1')).id).not.toBe(first);
  });

  it('have the provider’s own address when theirs is empty, as in LiteLLM', () => {
    expect(only(model('api_base: ""')).apiBase).toBeNull();
    expect(only(model('api_base: os.environ/WORKERS_ALONE')).apiBase).toEqual({ env: 'WORKERS_ALONE' });
  });

  it('that are equal get different ids', () => {
    const entry = '{ model_name: a, litellm_params: { model: openai/a } }';
    const [one, two] = load(`model_list: [${entry}, ${entry}]`).config.deployments;
    expect(two?.id).toBe(`${one?.id ?? ''}-2`);
  });

  it('are one for each organization', () => {
    const { deployments } = load(model('organization: [org-1, os.environ/ORG]')).config;
    expect(deployments.map(({ organization }) => organization)).toEqual(['org-1', { env: 'ORG' }]);
    expect(new Set(deployments.map(({ id }) => id)).size).toBe(2);
  });

  it('take what they lack from a named credential', () => {
    const text = `${model('litellm_credential_name: shared, api_base: http://own')}credential_list:\n  - { credential_name: shared, credential_values: { api_key: os.environ/K, api_base: http://other }, credential_info: { description: x } }`;
    expect(only(text)).toMatchObject({ apiKey: { env: 'K' }, apiBase: 'http://own' });
  });

  it('take prices from both places, in nano-dollars, without the dust of floats', () => {
    const text = `model_list:\n  - model_name: a\n    litellm_params: { model: openai/a, input_cost_per_token: 0.00000015, output_cost_per_token: "2.5e-8" }\n    model_info: { input_cost_per_token: 9, cache_read_input_token_cost: 1.25e-9 }`;
    expect(only(text).prices).toEqual({ input: 150, output: 25, cacheRead: 1.25 });
  });

  it('keep request parameters as defaults; the unknown ones with a warning', () => {
    const text = model(
      'temperature: 0.2, thinking: { type: enabled, budget_tokens: 1024 }, sparkle_level: os.environ/S',
    );
    const { config, warnings } = load(text, { S: 'high' });
    expect(config.deployments[0]?.defaults).toEqual({
      temperature: 0.2,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      sparkle_level: 'high',
    });
    expect(warnings).toEqual([
      'line 3: model_list[0].litellm_params.sparkle_level is not a known parameter; it is sent to the provider as it is',
    ]);
  });

  it('take no prototype from the file', () => {
    const { defaults } = only(model('__proto__: { polluted: true }'));
    expect(Object.getPrototypeOf(defaults)).toBe(Object.prototype);
    expect(Object.keys(defaults)).toEqual(['__proto__']);
  });

  it('read numbers and booleans however they are written', () => {
    const text = model('rpm: "60", tpm: os.environ/TPM, timeout: "2.5", drop_params: "True", weight: 0.5');
    expect(only(text, { TPM: '1000' })).toMatchObject({
      rpm: 60,
      tpm: 1000,
      timeoutMs: 2_500,
      dropParams: true,
      weight: 0.5,
    });
  });

  it('may have their limits beside litellm_params', () => {
    expect(
      only('model_list: [{ model_name: a, rpm: 5, tpm: 6, litellm_params: { model: openai/a, tpm: 7 } }]'),
    ).toMatchObject({
      rpm: 5,
      tpm: 7,
    });
  });

  it('inherit through YAML merge keys', () => {
    const text = `x-shared: &shared { api_key: os.environ/K, rpm: 1 }\nmodel_list:\n  - model_name: a\n    litellm_params:\n      <<: *shared\n      model: openai/a\n      rpm: 2\n`;
    const { config, warnings } = load(text);
    expect(config.deployments[0]).toMatchObject({ apiKey: { env: 'K' }, rpm: 2 });
    expect(warnings).toEqual([]);
  });
});
