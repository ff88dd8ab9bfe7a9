import { Section } from '../section.js';
import type { Setting } from '../gateway-config.js';
import { resolveSetting } from '../setting.js';
import type { KeyOf } from '../settings.js';
import type { GuardrailRule } from './guardrail-settings.js';
import { readPii, readRegex } from './read-patterns.js';

type Params = Section<KeyOf<'guardrails[].litellm_params'>>;

const DEFAULT_TIMEOUT_MS = 10_000;

/** Reads what a kind of guardrail needs; null after reporting. */
type RuleReader = (params: Params) => GuardrailRule | null;

const pii: RuleReader = (params) => ({ kind: 'patterns', patterns: readPii(params) });
const regex: RuleReader = (params) => ({ kind: 'patterns', patterns: readRegex(params) });
const secrets: RuleReader = (params) => ({
  kind: 'secrets',
  action: params.choice('action', ['mask', 'block']) ?? 'mask',
});
const moderation: RuleReader = (params) => ({
  kind: 'moderation',
  model: params.modelName('model', { orDeployment: false }) ?? 'omni-moderation-latest',
  failsOpen: readFailsOpen(params),
});

/** By LiteLLM's names, and ours. */
export const RULE_READERS = {
  pii,
  presidio: pii,
  regex,
  litellm_content_filter: regex,
  secrets,
  'hide-secrets': secrets,
  prompt_injection: () => ({ kind: 'prompt_injection' }),
  max_length: readMaxLength,
  moderation,
  openai_moderation: moderation,
  topics: readTopics,
  webhook: readWebhook,
  generic_guardrail_api: readWebhook,
} as const satisfies Record<string, RuleReader>;

function readMaxLength(params: Params): GuardrailRule | null {
  const maxCharacters = params.number('max_characters', { min: 1, integer: true });
  return maxCharacters === null ? missing(params, 'max_characters') : { kind: 'max_length', maxCharacters };
}

function readTopics(params: Params): GuardrailRule | null {
  const model = params.modelName('model', { orDeployment: false });
  const topics = params.texts('allowed_topics');
  const failsOpen = readFailsOpen(params);
  if (model === null) return missing(params, 'model');
  if (topics.length === 0) return missing(params, 'allowed_topics');
  return { kind: 'topics', model, topics, failsOpen };
}

function readWebhook(params: Params): GuardrailRule | null {
  const url = params.setting('api_base');
  const parameters = params.map('additional_provider_specific_params');
  const rule = {
    kind: 'webhook' as const,
    apiKey: params.setting('api_key'),
    secret: params.setting('webhook_secret'),
    headers: readHeaders(params),
    timeoutMs: params.seconds('timeout') ?? DEFAULT_TIMEOUT_MS,
    failsOpen: readFailsOpen(params),
    parameters:
      parameters === null
        ? {}
        : (params.plain(parameters, params.pathOf('additional_provider_specific_params')) as object as Record<
            string,
            unknown
          >),
  };
  if (url === null) return missing(params, 'api_base');
  const address = resolveSetting(url, params.context.variables) ?? '';
  if (URL.canParse(address) && /^https?:/i.test(address)) return { ...rule, url };
  // What a URL holds is not told: it may be a password.
  params.problem('api_base', 'must be a URL that begins with http:// or https://');
  return null;
}

function readHeaders(params: Params): Record<string, Setting> {
  const node = params.map('headers');
  if (node === null) return {};
  const headers = new Section<string>(node, params.pathOf('headers'), params.context);
  return Object.fromEntries(
    [...node.entries.keys()].flatMap((name) => {
      const value = headers.setting(name);
      return value === null ? [] : [[name.toLowerCase(), value] as const];
    }),
  );
}

const readFailsOpen = (params: Params): boolean =>
  params.choice('unreachable_fallback', ['fail_closed', 'fail_open']) === 'fail_open';

function missing(params: Params, key: KeyOf<'guardrails[].litellm_params'>): null {
  if (!params.has(key)) params.problem(key, 'is missing');
  return null;
}
