import { ConfigError } from './config-error.js';
import type { ConfigSource, LoadOptions } from './config-source.js';
import { loadConfig } from './load-config.js';
import type { Variables } from './setting.js';

const load = (text: string, variables: Variables = {}, options: Partial<ConfigSource> & LoadOptions = {}) =>
  loadConfig({ text, file: '/etc/tollgate.yaml', ...options }, variables, options);

function problemsOf(
  text: string,
  variables: Variables = {},
  options: Partial<ConfigSource> = {},
): readonly string[] {
  try {
    load(text, variables, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

const model = (params: string, name = 'chat') =>
  `model_list:\n  - model_name: ${name}\n    litellm_params: { model: openai/gpt-4o, ${params} }\n`;
const only = (text: string, variables: Variables = {}) => {
  const deployment = load(text, variables).config.deployments[0];
  if (deployment === undefined) throw new Error('no deployment');
  return deployment;
};

describe('a small team’s file', () => {
  const text = `
model_list:
- model_name: chat-default
  litellm_params:
    model: openai/gpt-4o-mini
- litellm_params: {model: anthropic/claude-3-5-sonnet-latest}
  model_name: chat-quality
- model_name: chat-local
  litellm_params: { api_base: 'http://ollama:11434', model: ollama/llama3.1 }
- model_name: chat-azure
  litellm_params: { model: azure/east, api_base: os.environ/AZ_EAST, api_key: os.environ/AZ_EAST_KEY, api_version: 2024-10-21, weight: 3 }
- model_name: chat-azure
  litellm_params: { model: azure/west, api_base: os.environ/AZ_WEST, api_key: os.environ/AZ_WEST_KEY, api_version: 2024-10-21, weight: 1 }
router_settings:
  fallbacks:
  - chat-default: [chat-quality, chat-local]
  - chat-azure: [chat-default]
  num_retries: 1
  timeout: 45
  stream_timeout: 7.5
`;
  const { config, warnings } = load(text);

  it('loads without a warning and without the credentials', () => {
    expect(warnings).toEqual([]);
    expect(config.deployments.map(({ group, provider, model: name }) => [group, provider, name])).toEqual([
      ['chat-default', 'openai', 'gpt-4o-mini'],
      ['chat-quality', 'anthropic', 'claude-3-5-sonnet-latest'],
      ['chat-local', 'ollama', 'llama3.1'],
      ['chat-azure', 'azure', 'east'],
      ['chat-azure', 'azure', 'west'],
    ]);
  });

  it('keeps references, weights and versions', () => {
    expect(config.deployments[3]).toMatchObject({
      apiBase: { env: 'AZ_EAST' },
      apiKey: { env: 'AZ_EAST_KEY' },
      apiVersion: '2024-10-21',
      weight: 3,
    });
    expect(config.deployments[2]?.apiBase).toBe('http://ollama:11434');
  });

  it('reads the router and fills in the rest', () => {
    expect(config.router).toMatchObject({
      numRetries: 1,
      timeoutMs: 45_000,
      streamTimeoutMs: 7_500,
      cooldownMs: 5_000,
      maxFallbacks: 5,
      routingStrategy: 'simple-shuffle',
    });
    expect([...config.router.fallbacks]).toEqual([
      ['chat-default', ['chat-quality', 'chat-local']],
      ['chat-azure', ['chat-default']],
    ]);
  });
});

describe('a file with most of what LiteLLM has', () => {
  const text = `
environment_variables:
  REDIS_HOST: cache.internal
model_list:
  - model_name: gpt-4o
    litellm_params:
      model: azure/eu
      api_base: os.environ/AZ_EU
      api_key: os.environ/AZ_KEY
      api_version: "2024-10-21"
      rpm: 100
      weight: 9
      order: 1
      timeout: 30
      stream_timeout: 10
      max_retries: 0
      tags: [paid]
    model_info: { id: az-eu, base_model: azure/gpt-4o, access_groups: [beta] }
  - model_name: gpt-4o
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, weight: 1, order: 2, tags: [default] }
  - model_name: "anthropic/*"
    litellm_params: { model: "anthropic/*", api_key: os.environ/ANTHROPIC_API_KEY }
  - model_name: mock
    litellm_params: { model: openai/x, api_key: x, mock_response: hi, input_cost_per_token: 0.000001 }
router_settings:
  routing_strategy: simple-shuffle
  num_retries: 2
  timeout: 60
  allowed_fails: 3
  cooldown_time: 30
  enable_pre_call_checks: true
  enable_tag_filtering: true
  model_group_alias: { gpt4: gpt-4o }
  fallbacks: [{ gpt-4o: ["anthropic/claude-sonnet-4"] }]
  context_window_fallbacks: [{ gpt-4o: [mock] }]
  redis_host: os.environ/REDIS_HOST
  redis_port: 6379
litellm_settings:
  drop_params: true
  request_timeout: 600
  cache: true
  cache_params: { type: redis, ttl: 600 }
  success_callback: [prometheus, langfuse]
  max_budget: 1000
  budget_duration: 30d
  default_internal_user_params: { max_budget: 5, budget_duration: 1d, models: [gpt-4o] }
general_settings:
  master_key: sk-1234
  database_url: os.environ/DATABASE_URL
  store_model_in_db: true
  alerting: [slack]
  alerting_threshold: 300
  proxy_batch_write_at: 60
  use_redis_transaction_buffer: true
`;
  const permit = { LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: 'true' };

  it('loads, with one warning for each key that does nothing yet', () => {
    const { config, warnings } = load(text, permit);
    expect(warnings).toContain(
      'line 31: router_settings.enable_pre_call_checks is accepted but has no effect yet',
    );
    expect(warnings.map((warning) => /: (\S+) is accepted/.exec(warning)?.[1]).sort()).toEqual(
      [
        'general_settings.alerting',
        'general_settings.alerting_threshold',
        'general_settings.proxy_batch_write_at',
        'general_settings.store_model_in_db',
        'general_settings.use_redis_transaction_buffer',
        'litellm_settings.budget_duration',
        'litellm_settings.cache',
        'litellm_settings.cache_params',
        'litellm_settings.default_internal_user_params',
        'litellm_settings.max_budget',
        'litellm_settings.success_callback',
        'model_list[].litellm_params.max_retries',
        'router_settings.context_window_fallbacks',
        'router_settings.enable_pre_call_checks',
        'router_settings.enable_tag_filtering',
        'router_settings.redis_host',
        'router_settings.redis_port',
      ].sort(),
    );
    expect(config.deployments[0]).toMatchObject({
      id: 'az-eu',
      baseModel: 'azure/gpt-4o',
      order: 1,
      dropParams: true,
    });
    expect(config.deployments[0]?.info).toMatchObject({ access_groups: ['beta'] });
    expect(config.deployments[3]).toMatchObject({ mockResponse: 'hi', prices: { input: 1000 } });
    expect(config.aliases.get('gpt4')).toEqual({ model: 'gpt-4o', hidden: false });
    expect(config.general).toMatchObject({ masterKey: 'sk-1234', databaseUrl: { env: 'DATABASE_URL' } });
    expect(config.router).toMatchObject({ timeoutMs: 60_000, allowedFails: 3, cooldownMs: 30_000 });
  });

  it('is refused for its master key unless that is permitted', () => {
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toMatch(/^general_settings\.master_key \(line 48\): is too easily guessed; use sk-/);
    expect(problem).toContain('dangerously_permit_weak_or_unset_master_key');
    expect(problem).not.toContain('sk-1234');
  });
});

describe('mistakes', () => {
  it('are all told at once, with path, line and the nearest key', () => {
    const text = `model_list:
  - model_name: a
    litellm_params:
      model: openai/gpt-4o
      api_bse: http://x
      tempratur: 1
      wieght: 2
      rpm: many
router_setings: {}
router_settings:
  num_retries: [2]
  timeout: os.environ/NOT_THERE
`;
    expect(problemsOf(text)).toEqual([
      'model_list[0].litellm_params.rpm (line 8): expected a number of at least 0, got "many"',
      'model_list[0].litellm_params.api_bse (line 5): unknown key; did you mean api_base?',
      'model_list[0].litellm_params.tempratur (line 6): unknown key; did you mean temperature?',
      'model_list[0].litellm_params.wieght (line 7): unknown key; did you mean weight?',
      'router_settings.num_retries (line 11): expected a whole number of at least 0, got a list',
      'router_settings.timeout (line 12): the environment variable NOT_THERE is not set',
      'router_setings (line 9): unknown key; did you mean router_settings?',
    ]);
  });

  it.each([
    ['a: [1', /^\/etc\/tollgate\.yaml \(line \d\): /],
    ['- 1', /expected a mapping of sections/],
    ['model_list: {}', /^model_list \(line 1\): expected a list, got a mapping/],
    ['model_list: [3]', /^model_list\[0\] \(line 1\): expected a mapping, got 3/],
    ['model_list: [{model_name: a}]', /^model_list\[0\]\.litellm_params \(line 1\): is missing/],
    ['model_list: [{litellm_params: {model: openai/a}}]', /model_name \(line 1\): is missing/],
    [
      'model_list: [{model_name: a, litellm_params: {api_key: x}}]',
      /litellm_params\.model \(line 1\): is missing/,
    ],
    [
      'model_list: [{model_name: a, litellm_params: {model: opnai/x}}]',
      /unknown provider opnai; did you mean openai/,
    ],
    ['model_list: [{model_name: a, litellm_params: {model: mystery}}]', /cannot be told from its name/],
    [model('litellm_credential_name: azur'), /no credential azur/],
    ['general_settings: {master_key: password-password}', /must start with sk-/],
    ['general_settings: {on_state_down: maybe}', /expected refuse or allow, got "maybe"/],
    ['general_settings: {mastr_key: x}', /unknown key; did you mean master_key/],
    ['litellm_settings: {drop_params: perhaps}', /expected true or false, got "perhaps"/],
    ['x: &x [*x]\nmodel_list: []', /nested too deeply|unresolved alias/],
  ])('%j', (text, expected) => {
    expect(problemsOf(text)[0]).toMatch(expected);
  });

  it('never tell a credential', () => {
    const told = problemsOf(model('api_key: {secret: sk-very-secret}, api_bse: sk-also-secret')).join('\n');
    expect(told).not.toMatch(/very-secret|also-secret/);
  });

  it('bound what aliases expand to', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items = Array.from({ length: 10 }, () => `*a${level}`).join(', ');
      return `x-${level}: &a${level + 1} [${items}]`;
    });
    const started = Date.now();
    expect(problemsOf(`x-start: &a0 [1]\n${levels.join('\n')}`)[0]).toContain('aliases expand to too much');
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('bound the size', () => {
    expect(problemsOf(`# ${'x'.repeat(11 * 1024 * 1024)}`)[0]).toContain('larger than 10 MB');
  });
});

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

describe('the master key', () => {
  const strong = 'sk-0123456789abcdef';

  it.each([
    ['general_settings: { master_key: os.environ/MY_KEY }', { MY_KEY: strong }],
    ['{}', { LITELLM_MASTER_KEY: strong }],
    ['{}', { TOLLGATE_MASTER_KEY: strong, LITELLM_MASTER_KEY: 'sk-another-one-entirely' }],
    [`general_settings: { master_key: ${strong} }`, { LITELLM_MASTER_KEY: 'sk-another-one-entirely' }],
  ])('%s %j', (text, variables: Variables) => {
    expect(load(text, variables).config.general.masterKey).toBe(strong);
  });

  it('must be there for a process that authenticates, and need not for others', () => {
    const text = 'general_settings: { master_key: os.environ/MY_KEY }';
    expect(problemsOf(text)).toEqual([
      'general_settings.master_key (line 1): the environment variable MY_KEY is not set',
    ]);
    const { general } = load(text, {}, { needsMasterKey: false }).config;
    expect(general.masterKey).toEqual({ env: 'MY_KEY' });
  });
});

describe('other files', () => {
  const read = (files: Record<string, string>) => (file: string) => {
    const text = files[file];
    if (text === undefined) throw new Error('no such file');
    return text;
  };

  it('are merged, and named in messages about them', () => {
    const text = `include: [more/b.yaml]\n${model('', 'a')}router_settings: { num_retries: 1, timeout: 5 }`;
    const files = {
      '/etc/more/b.yaml': `${model('', 'b')}router_settings: { num_retries: 4, set_verbose: true }`,
    };
    const { config, warnings } = load(text, {}, { read: read(files) });
    expect(config.deployments.map(({ group }) => group)).toEqual(['a', 'b']);
    expect(config.router).toMatchObject({ numRetries: 4, timeoutMs: 5_000 });
    expect(warnings).toEqual([
      'b.yaml line 4: router_settings.set_verbose is accepted but has no effect yet',
    ]);
  });

  it('that are missing or include each other are errors', () => {
    expect(problemsOf('include: b.yaml', {}, { read: read({}) })).toEqual([
      '/etc/tollgate.yaml (line 1): cannot read /etc/b.yaml: no such file',
    ]);
    const circle = { '/etc/b.yaml': 'include: tollgate.yaml' };
    expect(problemsOf('include: b.yaml', {}, { read: read(circle) })[0]).toContain('is included twice');
  });
});

it('environment_variables count before the real ones', () => {
  const text = `environment_variables: { LIMIT: 3, COPY: os.environ/REAL }\n${model('rpm: os.environ/LIMIT, tpm: os.environ/COPY')}`;
  const loaded = load(text, { LIMIT: '99', REAL: '8' });
  expect(loaded.config.deployments[0]).toMatchObject({ rpm: 3, tpm: 8 });
  expect(loaded.variables['LIMIT']).toBe('3');
});

it('repeated keys count once, with a warning', () => {
  const { config, warnings } = load('router_settings: { timeout: 1, timeout: 2 }\nmodel_list: []');
  expect(config.router.timeoutMs).toBe(2_000);
  expect(warnings[0]).toBe('line 1: timeout is given twice; the last one counts');
});
