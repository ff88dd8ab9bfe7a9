import { load, model, problemsOf } from './load-config.test-kit.js';
import type { Variables } from './setting.js';

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

  it('of a variable is told by its name', () => {
    expect(problemsOf('{}', { LITELLM_MASTER_KEY: 'sk-short' })[0]).toMatch(
      /^LITELLM_MASTER_KEY is too easily guessed/,
    );
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

describe('store_model_in_db', () => {
  const text = (setting: string): string =>
    `${model('api_key: k')}router_settings: { fallbacks: [{ chat: [stored] }] }\n${setting}`;
  const explicit = 'general_settings: { store_model_in_db: true }';

  it('makes a name that the file does not have merely odd, when it is said', () => {
    expect(problemsOf(text(''))).toEqual([expect.stringContaining('there is no model stored')]);
    expect(load(text(explicit)).warnings).toEqual([
      expect.stringContaining('names what is not in the file: there is no model stored'),
    ]);
    expect(load(text(''), { STORE_MODEL_IN_DB: 'True' }).warnings).toHaveLength(1);
  });

  it.each([
    ['', {}, true],
    ['', { STORE_MODEL_IN_DB: 'False' }, false],
    [explicit, { STORE_MODEL_IN_DB: 'False' }, true],
    ['general_settings: { store_model_in_db: false }', {}, false],
  ])('%s %j', (setting, variables, expected) => {
    const { general } = load(`${model('api_key: k')}${setting}`, variables).config;
    expect(general.storeModelInDb).toBe(expected);
  });
});
