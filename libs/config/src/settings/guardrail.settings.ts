import type { SettingRow } from './setting-row.js';

export const GUARDRAIL_SETTINGS = {
  'guardrails[]': {
    guardrail_name: ['required', 'what keys, teams, deployments and calls name it by'],
    litellm_params: ['required', 'what it does'],
    guardrail_info: ['none', 'shown by `/guardrails/list`'],
  },
  'guardrails[].litellm_params': {
    guardrail: [
      'required',
      '`pii` (`presidio`), `regex` (`litellm_content_filter`), `secrets` (`hide-secrets`), `prompt_injection`, `max_length`, `moderation` (`openai_moderation`), `topics`, `webhook` (`generic_guardrail_api`)',
    ],
    mode: ['`pre_call`', '`pre_call`, `during_call`, `post_call`, or a list of them'],
    default_on: ['`false`', 'for every call; else for those that it is chosen for'],
    pii_entities_config: [
      'all are masked',
      'of `pii`: `EMAIL_ADDRESS`, `PHONE_NUMBER`, `CREDIT_CARD`, `IBAN_CODE`, `IP_ADDRESS`, `US_SSN` → `MASK` or `BLOCK`',
    ],
    output_parse_pii: ['`true`', 'of `pii`: the answer gets back what was masked'],
    patterns: ['none', 'of `regex` and `pii`'],
    blocked_words: ['none', 'of `regex`'],
    pattern_redaction_format: [
      '`[{pattern_name}_REDACTED]`',
      'of `regex`: what stands in place of a pattern',
    ],
    keyword_redaction_tag: ['`[KEYWORD_REDACTED]`', 'of `regex`: what stands in place of a word'],
    action: ['`mask`', 'of `secrets`: `mask` or `block`'],
    max_characters: ['required', 'of `max_length`: of all texts of a request, and of each text of an answer'],
    model: [
      '`omni-moderation-latest`',
      'of `moderation` and `topics` (required there): the model that is asked, which the caller pays for',
    ],
    allowed_topics: ['required', 'of `topics`: what may be talked about'],
    api_base: [
      'required',
      'of `webhook`: where `POST {api_base}/beta/litellm_basic_guardrail_api` is answered',
    ],
    api_key: ['none', 'of `webhook`: sent as `x-api-key`'],
    webhook_secret: ['none', 'of `webhook`: signs what is sent (`x-tollgate-signature`)'],
    headers: ['none', 'of `webhook`: header → value'],
    timeout: ['10', 'of `webhook`: seconds for its verdict'],
    additional_provider_specific_params: ['none', 'of `webhook`: sent with every question'],
    unreachable_fallback: [
      '`fail_closed`',
      'of `webhook`, `moderation` and `topics`: `fail_open` lets calls go on that nobody could judge',
    ],
  },
  'guardrails[].litellm_params.patterns[]': {
    pattern_type: ['`regex`', '`regex`, or `prebuilt`: what `pii` finds'],
    pattern_name: [
      'none',
      'of `prebuilt`: `email`, `phone`, `credit_card` (`visa`, `mastercard`, `amex`), `iban`, `ip` (`ipv4`, `ipv6`), `us_ssn`',
    ],
    name: ['`pattern`', 'what errors and placeholders call it'],
    pattern: ['required', 'of `regex`: a regular expression of JavaScript, `(?i)` at its beginning allowed'],
    action: ['`MASK`', '`MASK` or `BLOCK`'],
  },
  'guardrails[].litellm_params.blocked_words[]': {
    keyword: ['required', 'whole words, in any case'],
    action: ['`BLOCK`', '`MASK` or `BLOCK`'],
    description: ['none', 'why: part of the error'],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;
