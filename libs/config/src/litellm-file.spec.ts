import { load, problemsOf } from './load-config.test-kit.js';

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
    expect(warnings).toContain('line 36: router_settings.redis_host is accepted but has no effect yet');
    expect(warnings.map((warning) => /: (\S+) is accepted/.exec(warning)?.[1]).sort()).toEqual(
      [
        'general_settings.proxy_batch_write_at',
        'general_settings.use_redis_transaction_buffer',
        'litellm_settings.default_internal_user_params',
        'litellm_settings.success_callback',
        'model_list[].litellm_params.max_retries',
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
    expect(config.router).toMatchObject({ preCallChecks: true, tagFiltering: 'any' });
    expect(config.router.contextWindowFallbacks?.get('gpt-4o')).toEqual(['mock']);
    expect(config.router.contentPolicyFallbacks).toBeNull();
  });

  it('is refused for its master key unless that is permitted', () => {
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toMatch(/^general_settings\.master_key \(line 48\): is too easily guessed; use sk-/);
    expect(problem).toContain('dangerously_permit_weak_or_unset_master_key');
    expect(problem).not.toContain('sk-1234');
  });
});
