import { ConfigError } from './config-error.js';
import { only } from './load-config.test-kit.js';
import { readStoredDeployment, type StoredDeployment } from './stored-deployment.js';

const problemsOf = (stored: StoredDeployment): readonly string[] => {
  try {
    readStoredDeployment(stored, {});
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('expected a ConfigError');
};

describe('readStoredDeployment', () => {
  const params = {
    model: 'azure/eu',
    api_key: 'os.environ/AZ_KEY',
    api_base: 'https://eu.example',
    rpm: 60,
    timeout: 2.5,
    max_budget: 5,
    budget_duration: '1d',
    temperature: 0.1,
    tags: ['paid'],
    extra_headers: { 'x-a': 'os.environ/A' },
    retry_policy: { RateLimitErrorRetries: 3 },
    weight: null,
  };
  const info = { id: 'm-1', supports_vision: true, max_input_tokens: 1000, note: 'own' };

  it('reads what the file would', () => {
    const { deployment, warnings } = readStoredDeployment({ name: 'chat', params, info }, {});
    const text = `model_list: [${JSON.stringify({ model_name: 'chat', litellm_params: params, model_info: info })}]`;
    expect(deployment).toEqual(only(text));
    expect(warnings).toEqual([]);
    expect(deployment).toMatchObject({
      id: 'm-1',
      group: 'chat',
      provider: 'azure',
      model: 'eu',
      apiKey: { env: 'AZ_KEY' },
      timeoutMs: 2_500,
      budget: { limitNanos: 5e9, window: '1d' },
      limits: { maxInputTokens: 1000, supports: { vision: true } },
    });
  });

  it('has an id, and the defaults of the file, when it says nothing', () => {
    const stored = { name: 'chat', params: { model: 'openai/gpt-4o' } };
    const { deployment } = readStoredDeployment(stored, {}, { dropParams: true });
    expect(deployment.id).toBe(
      only('model_list: [{model_name: chat, litellm_params: {model: openai/gpt-4o}}]').id,
    );
    expect(deployment.dropParams).toBe(true);
  });

  it('tells every problem, with the name of the model', () => {
    const wrong = { model: 'opnai/x', rpm: 'many', api_bse: 'x', litellm_credential_name: 'c' };
    expect(problemsOf({ name: 'openai/gpt-4o', params: wrong, info: { blocked: 'perhaps' } })).toEqual([
      'litellm_params.model (model openai/gpt-4o): unknown provider opnai; did you mean openai?',
      'litellm_params.litellm_credential_name (model openai/gpt-4o): no credential c',
      'litellm_params.rpm (model openai/gpt-4o): expected a number of at least 0, got "many"',
      'model_info.blocked (model openai/gpt-4o): expected true or false, got "perhaps"',
      'litellm_params.api_bse (model openai/gpt-4o): unknown key; did you mean api_base?',
    ]);
  });

  it.each([
    [{ name: 'a', params: 'openai/a' }, /^litellm_params \(model a\): expected a mapping, got "openai\/a"/],
    [{ name: 'a', params: [] }, /expected a mapping, got a list/],
    [{ name: 'a', params: {} }, /litellm_params\.model \(model a\): is missing/],
    [{ name: ' ', params: { model: 'openai/a' } }, /^model_name .*is missing/],
    [{ name: 'a', params: { model: 'openai/a', organization: ['b', 'c'] } }, /a stored deployment has one/],
  ])('%j', (stored, expected) => {
    expect(problemsOf(stored)[0]).toMatch(expected);
  });

  it('bounds how deep it looks', () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];
    const params = { model: 'openai/a', extra_body: { nested } };
    expect(problemsOf({ name: 'a', params })).toEqual(['model a: nested too deeply']);
  });
});
