import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as accepted from './accepted-keys.js';
import { loadConfig } from './load-config.js';
import { settingsReference } from './settings-reference.js';
import { SETTINGS, type SettingRow } from './settings.js';

const reference = join(process.cwd(), 'libs/config/SETTINGS.md');
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
  const text = `
environment_variables: { A: b }
include: [other.yaml]
credential_list: [{ credential_name: c, credential_values: { api_key: k } }]
model_list:
  - model_name: m
    rpm: 1
    tpm: 1
    litellm_params:
      { model: openai/m, api_key: k, api_base: b, api_version: v, organization: o, litellm_credential_name: c, weight: 1, rpm: 1,
        tpm: 1, order: 1, timeout: 1, stream_timeout: 1, num_retries: 1, cooldown_time: 1, tags: [t], mock_response: r,
        extra_headers: { h: v }, extra_body: { b: v }, drop_params: true, additional_drop_params: [p], base_model: b,
        input_cost_per_token: 1, output_cost_per_token: 1, cache_read_input_token_cost: 1,
        cache_creation_input_token_cost: 1, output_cost_per_reasoning_token: 1, input_cost_per_audio_token: 1 }
    model_info:
      { id: i, base_model: b, input_cost_per_token: 1, output_cost_per_token: 1, cache_read_input_token_cost: 1,
        cache_creation_input_token_cost: 1, output_cost_per_reasoning_token: 1, input_cost_per_audio_token: 1 }
router_settings:
  { routing_strategy: simple-shuffle, num_retries: 1, timeout: 1, stream_timeout: 1, retry_after: 1, allowed_fails: 1, cooldown_time: 1,
    disable_cooldowns: true, max_fallbacks: 1, fallbacks: [{ m: [m] }], default_fallbacks: [m], model_group_alias: { a: m } }
litellm_settings:
  { drop_params: true, request_timeout: 1, num_retries: 1, allowed_fails: 1, fallbacks: [{ m: [m] }],
    default_fallbacks: [m], model_alias_map: { b: m } }
general_settings:
  { master_key: sk-1, dangerously_permit_weak_or_unset_master_key: true, database_url: postgres://x, litellm_key_header_name: h,
    user_api_key_cache_ttl: 1, max_request_size_mb: 1, always_include_stream_usage: true, on_state_down: allow }
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
    [SETTINGS.litellm_settings, accepted.ACCEPTED_LITELLM_SETTINGS],
    [SETTINGS.general_settings, accepted.ACCEPTED_GENERAL_SETTINGS],
  ] as const;
  for (const [rows, without] of pairs) {
    expect(Object.keys(rows).filter((key) => without.has(key))).toEqual([]);
  }
});
