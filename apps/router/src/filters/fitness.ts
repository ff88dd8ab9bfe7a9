import { liesIn } from '@tollgate/config';
import { dropped, type Filter, type Test } from './filter.js';

const isTooLong: Test = (candidate, { call }) => {
  const { maxInputTokens, contextWindow: window } = candidate;
  if (maxInputTokens !== null && maxInputTokens < call.inputTokens) {
    const reason = `context window ${maxInputTokens} < ${call.inputTokens} tokens`;
    return dropped(candidate, 'context-window', { reason });
  }
  const wanted = call.inputTokens + (call.maxOutputTokens ?? 0);
  if (window === null || window >= wanted) return null;
  return dropped(candidate, 'context-window', { reason: `context window ${window} < ${wanted} tokens` });
};

/**
 * `max_input_tokens` of the config bounds the prompt alone, as in LiteLLM; the catalogue's context window holds prompt and
 * answer. Where neither is known, the provider will tell.
 */
export const contextWindow: Filter = ({ config }) => (config.preCallChecks ? isTooLong : null);

const isElsewhere: Test = (candidate, { call: { regions = [] } }) => {
  const own = candidate.region;
  if (own !== null && regions.some((wanted) => liesIn(own, wanted))) return null;
  return dropped(candidate, 'region', { reason: `region ${own ?? 'unknown'}, not ${regions.join(' or ')}` });
};

/**
 * A deployment that does not say where it is may be anywhere. Held always, where LiteLLM wants `enable_pre_call_checks`: whoever
 * limits a key or a call to a region means it.
 */
export const region: Filter = ({ call }) => (call.regions === undefined ? null : isElsewhere);

const isTooLarge: Test = (candidate, { call: { bodyBytes } }) => {
  const { maxRequestBytes } = candidate.deployment.limits;
  if (maxRequestBytes === undefined || bodyBytes <= maxRequestBytes) return null;
  return dropped(candidate, 'size', { reason: `request of ${bodyBytes} bytes > ${maxRequestBytes}` });
};

/** Tollgate's own `max_request_bytes` of a deployment. */
export const requestSize: Filter = ({ group }) => (group.any.sizeLimit ? isTooLarge : null);

const isUnable: Test = (candidate, { call: { needs } }) => {
  const { supports } = candidate.deployment.limits;
  if (supports === undefined) return null;
  const missing = needs.find((need) => supports[need] === false);
  return missing === undefined ? null : dropped(candidate, 'capability', { reason: `no ${missing}` });
};

/** Only what is known to be missing counts: of most models nobody knows everything. */
export const capability: Filter = ({ call }) => (call.needs.length > 0 ? isUnable : null);
