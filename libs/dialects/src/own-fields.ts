/** Body fields that are for the gateway: LiteLLM's extras and our own. They never leave it. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'tags',
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
  'disable_fallbacks',
  'deterministic',
  'allowed_model_region',
  'num_retries',
  'max_retries',
  'timeout',
  'stream_timeout',
  'request_timeout',
  'guardrails',
  'guardrail_config',
  'cache',
  'caching',
  'priority',
  'api_key',
  'api_base',
  'api_version',
  'base_url',
  'custom_llm_provider',
  'user_config',
  'no-log',
  'allowed_openai_params',
  'drop_params',
  'cache_control_injection_points',
  'additional_drop_params',
  'prompt_id',
  'prompt_variables',
]);

const OWN_PREFIX = /^(?:litellm_|mock_|tollgate_|provider_specific_)/;

export const isOwnField = (name: string): boolean => OWN_FIELDS.has(name) || OWN_PREFIX.test(name);
