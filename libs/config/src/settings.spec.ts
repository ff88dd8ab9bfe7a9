import { PROVIDER_ROWS } from './settings/provider.settings.js';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as accepted from './accepted-keys.js';
import { loadConfig } from './load-config.js';
import { settingsReference } from './settings-reference.js';
import { SETTINGS } from './settings.js';
import { PRICE_ROWS } from './settings/price.settings.js';
import type { SettingRow } from './settings/setting-row.js';

const reference = join(process.cwd(), 'libs/config/SETTINGS.md');
const ERRORS = [
  'BadRequestError',
  'AuthenticationError',
  'NotFoundError',
  'TimeoutError',
  'RateLimitError',
  'ContentPolicyViolationError',
  'InternalServerError',
  'BadGatewayError',
  'ServiceUnavailableError',
  'Default',
];
const unpadded = (text: string): string =>
  text
    .replace(/ +/g, ' ')
    .replace(/-{3,}/g, '---')
    .replace(/\| ---/g, '|---')
    .replace(/--- \|/g, '---|');

it('SETTINGS.md is made from the table of settings', () => {
  expect(existsSync(reference)).toBe(true);
  expect(unpadded(readFileSync(reference, 'utf8'))).toBe(unpadded(settingsReference()));
});

it('every setting of the table is read when it is given', () => {
  const retries = ERRORS.map((name) => `${name}Retries: 1`).join(', ');
  const fails = ERRORS.map((name) => `${name}AllowedFails: 1`).join(', ');
  const either = `cooldown_time: 1, allowed_fails: 1, allowed_fails_policy: { ${fails} }, retry_policy: { ${retries} },
        connect_timeout: 1, idle_timeout: 1, max_parallel_requests: 1, region_name: r, max_budget: 1,
        budget_duration: 1d, silent_model: m, max_input_tokens: 1, max_request_bytes: 1, base_model: b,
        ${Object.keys(PRICE_ROWS)
          .map((key) => `${key}: 1`)
          .join(', ')}`;
  const group = `routing_strategy: adaptive, timeout: 1, stream_timeout: 1, connect_timeout: 1, idle_timeout: 1, num_retries: 1,
        retry_policy: { RateLimitErrorRetries: 1 }, allowed_fails: 1, allowed_fails_policy: {}, cooldown_time: 1, cooling_wait: 1,
        deterministic: true, hedge: { delay: 1, max_share: 1 }, on_stream_failure: error,
        canary: { to: i, percent: 1, sticky_by: key,
          rollback_when: { error_rate_above: 1, p95_latency_above: 1, min_calls: 1 } },
        deprecated: { since: 2026-01-01, sunset: 2026-02-01, use: m }`;
  const chains = ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks']
    .map((key) => `${key}: [{ m: [m] }]`)
    .join(', ');
  const text = `
environment_variables: { A: b }
include: [other.yaml]
guardrails:
  - guardrail_name: a
    litellm_params: { guardrail: regex, mode: [pre_call, during_call, post_call], default_on: true,
      patterns: [{ pattern_type: prebuilt, pattern_name: email, action: MASK }, { name: n, pattern: a }],
      blocked_words: [{ keyword: k, action: BLOCK, description: d }],
      pattern_redaction_format: '[{pattern_name}]', keyword_redaction_tag: '[x]' }
    guardrail_info: { i: 1 }
  - { guardrail_name: b, litellm_params: { guardrail: pii, pii_entities_config: { EMAIL_ADDRESS: MASK }, output_parse_pii: true } }
  - { guardrail_name: c, litellm_params: { guardrail: secrets, action: block } }
  - { guardrail_name: d, litellm_params: { guardrail: max_length, max_characters: 9 } }
  - { guardrail_name: e, litellm_params: { guardrail: topics, model: m, allowed_topics: [t] } }
  - guardrail_name: f
    litellm_params: { guardrail: webhook, api_base: 'http://h', api_key: k, webhook_secret: s, headers: { h: v }, timeout: 1,
      additional_provider_specific_params: { p: 1 }, unreachable_fallback: fail_open }
mcp_servers:
  tools:
    { url: 'http://h/mcp', transport: http, auth_type: api_key, auth_value: a, authentication_token: a, static_headers: { h: v },
      extra_headers: [x], allowed_tools: [t], disallowed_tools: [u], description: d, access_groups: [g], allow_all_keys: true,
      timeout: 1, mcp_info: { server_name: n, description: d, logo_url: l,
        mcp_server_cost_info: { default_cost_per_query: 1, tool_name_to_cost_per_query: { t: 2 } } } }
credential_list: [{ credential_name: c, credential_values: { api_key: k } }]
model_list:
  - model_name: m
    rpm: 1
    tpm: 1
    <<: { ${group} }
    litellm_params:
      { model: openai/m, api_key: k, api_base: 'http://b', api_version: v, organization: o, litellm_credential_name: c, weight: 1, rpm: 1,
        tpm: 1, order: 1, timeout: 1, stream_timeout: 1, num_retries: 1, tags: [t], guardrails: [a], mock_response: r,
        extra_headers: { h: v }, extra_body: { b: v }, drop_params: true, additional_drop_params: [p],
        cache_control_injection_points: [{ location: message, role: system, index: -1, control: { type: ephemeral } }],
        ${Object.keys(PROVIDER_ROWS)
          .map((name) => `${name}: r`)
          .join(', ')}, ${either} }
    model_info:
      { id: i, blocked: false, max_output_tokens: 1, max_tokens: 1, supports_vision: true, supports_function_calling: true,
        supports_response_schema: true, supports_audio_input: true, supports_audio_output: true,
        supports_pdf_input: true, supports_web_search: true, ${either} }
router_settings:
  { routing_strategy: simple-shuffle, num_retries: 1, timeout: 1, stream_timeout: 1, retry_after: 1, allowed_fails: 1, cooldown_time: 1,
    connect_timeout: 1, idle_timeout: 1, cooling_wait: 1, retry_budget: 1, retry_policy: {}, allowed_fails_policy: {},
    routing_strategy_args: { ttl: 1, lowest_latency_buffer: 1 }, model_group_retry_policy: { m: { RateLimitErrorRetries: 1 } },
    disable_cooldowns: true, max_fallbacks: 1, ${chains}, default_fallbacks: [m],
    model_group_alias: { a: { model: m, hidden: true, deprecated: {} } }, enable_pre_call_checks: true,
    optional_pre_call_checks: [session_affinity], enable_tag_filtering: true, tag_filtering_match_any: true,
    provider_budget_config:
      { openai: { budget_limit: 1, time_period: 1d }, azure: { max_budget: 1, budget_duration: 1d } },
    model_group_settings: { m: { ${group} } },
    team_settings: { t: { ${chains}, model_group_alias: { a: m }, num_retries: 1, timeout: 1 } } }
litellm_settings:
  { guardrails: [{ guardrail_name: g, litellm_params: { guardrail: prompt_injection } }], drop_params: true, request_timeout: 1, num_retries: 1, allowed_fails: 1, ${chains}, default_fallbacks: [m],
    model_alias_map: { b: m }, tag_budget_config: { t: { max_budget: 1, budget_duration: 1d } }, timezone: UTC,
    max_budget: 1, budget_duration: 1d, max_end_user_budget_id: b, max_end_user_budget: 1, priority_reservation: { p: 0.5 },
    priority_reservation_settings: { default_priority: 0.1, saturation_threshold: 0.5 },
    cache: true, cache_params: { type: redis-semantic, ttl: 1, default_in_redis_ttl: 1, default_in_memory_ttl: 1, namespace: n,
      mode: default_off, supported_call_types: [acompletion], similarity_threshold: 0.8, semantic_cache_embedding_model: m,
      redis_semantic_cache_embedding_model: m, valkey_semantic_cache_embedding_model: m,
      qdrant_semantic_cache_embedding_model: m, verify_semantic_hits: true },
    cost_discount_config: { openai: 0.1 }, cost_margin_config: { openai: { percentage: 0.1, fixed_amount: 1 } } }
general_settings:
  { master_key: sk-1, dangerously_permit_weak_or_unset_master_key: true, database_url: postgres://x, litellm_key_header_name: h,
    user_api_key_cache_ttl: 1, max_request_size_mb: 1, always_include_stream_usage: true, on_state_down: allow, realtime_session_timeout: 60,
    maximum_spend_logs_retention_period: 90d,
    apply_user_budget_to_team_keys: true, budget_exceeded_status: 422, on_stream_overrun: cut, budget_wait: 1, hold_grace: 60,
    pass_through_endpoints: [{ path: /p, target: 'http://t', headers: { h: v }, include_subpath: true, forward_headers: true,
      default_query_params: { q: v }, methods: [GET], cost_per_request: 1, auth: true }],
    store_model_in_db: true, alerting: [slack, email], alerting_threshold: 1, alert_types: [budget_alerts],
    alert_to_webhook_url: { budget_alerts: [https://a, os.environ/A] }, alert_webhook_format: slack, alert_webhook_secret: s,
    alert_email_to: [a@b.c], alert_type_config: { budget_alerts: { digest: true, digest_interval: 1 } },
    alerting_args: { daily_report_frequency: 60, budget_alert_ttl: 1, outage_alert_ttl: 1, region_outage_alert_ttl: 1,
      minor_outage_alert_threshold: 1, major_outage_alert_threshold: 1 } }
`;
  for (const rows of Object.values<Record<string, SettingRow>>(SETTINGS)) {
    for (const key of Object.keys(rows)) expect(text).toMatch(new RegExp(`\\b${key}:[ \n]`));
  }
  const { warnings } = loadConfig({ text, file: 'a.yaml', read: () => 'model_list: []' }, {});
  expect(warnings).toEqual([]);
});

it('no key both does something and is said to do nothing', () => {
  const pairs = [
    [SETTINGS[''], accepted.ACCEPTED_TOP_LEVEL],
    [SETTINGS['model_list[].litellm_params'], accepted.ACCEPTED_LITELLM_PARAMS],
    [SETTINGS.router_settings, accepted.ACCEPTED_ROUTER_SETTINGS],
    [SETTINGS['router_settings.routing_strategy_args'], accepted.ACCEPTED_STRATEGY_ARGUMENTS],
    [SETTINGS.litellm_settings, accepted.ACCEPTED_LITELLM_SETTINGS],
    [SETTINGS.general_settings, accepted.ACCEPTED_GENERAL_SETTINGS],
    [SETTINGS['general_settings.pass_through_endpoints[]'], accepted.ACCEPTED_PASS_THROUGH],
  ] as const;
  for (const [rows, without] of pairs) {
    expect(Object.keys(rows).filter((key) => without.has(key))).toEqual([]);
  }
});
