import { ACCEPTED_ROUTER_SETTINGS } from '../accepted-keys.js';
import { ROUTER_DEFAULTS } from '../demo-config.js';
import { isKnownProvider, providerNames } from '../deployments/provider-names.js';
import type { Deployment, RouterSettings } from '../gateway-config.js';
import { sectionsByName } from '../named-sections.js';
import { didYouMean } from '../nearest.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import { readAllowedFailsPolicy, readRetries, readRetryPolicy } from './error-policy.js';
import { readChains, readFallbacks } from './fallbacks.js';
import type { GroupBook } from './group-book.js';
import { readGroupSettings } from './group-settings.js';
import { readPreCallChecks } from './pre-call-checks.js';
import { readBudgets } from './spend-limits.js';
import { readStrategy, readStrategyArguments } from './strategy.js';
import { readTeams } from './teams.js';

type Router = Section<KeyOf<'router_settings'>>;
type Litellm = Section<KeyOf<'litellm_settings'>>;

interface RouterContext {
  readonly deployments: readonly Deployment[];
  /** Takes what is said of single model names. */
  readonly book: GroupBook;
}

/** Some settings may stand in either section; the router's own wins. */
export function readRouterSettings(
  router: Router,
  litellm: Litellm,
  { deployments, book }: RouterContext,
): Omit<RouterSettings, 'groups'> {
  const settings = {
    ...readFailures(router, litellm),
    ...readTimes(router, litellm),
    maxFallbacks: router.number('max_fallbacks', { integer: true }) ?? ROUTER_DEFAULTS.maxFallbacks,
    fallbacks: new Map([...readFallbacks(litellm), ...readFallbacks(router)]),
    contextWindowFallbacks: readSpecialFallbacks(router, litellm, 'context_window_fallbacks'),
    contentPolicyFallbacks: readSpecialFallbacks(router, litellm, 'content_policy_fallbacks'),
    routingStrategy: readStrategy(router) ?? ROUTER_DEFAULTS.routingStrategy,
    strategyArguments: readStrategyArguments(router),
    preCallChecks: router.boolean('enable_pre_call_checks') ?? ROUTER_DEFAULTS.preCallChecks,
    ...readPreCallChecks(router),
    tagFiltering: readTagFiltering(router),
    providerBudgets: readBudgets(router, 'provider_budget_config'),
    tagBudgets: readBudgets(litellm, 'tag_budget_config'),
    teams: readTeams(router),
  };
  checkProviders(router, [...settings.providerBudgets.keys()], deployments);
  readGroups(router, book);
  router.finish(ACCEPTED_ROUTER_SETTINGS);
  return settings;
}

function readTimes(router: Router, litellm: Litellm) {
  const timeouts = [router.seconds('timeout'), litellm.seconds('request_timeout')];
  return {
    timeoutMs: firstOf(timeouts) ?? ROUTER_DEFAULTS.timeoutMs,
    streamTimeoutMs: router.seconds('stream_timeout'),
    connectTimeoutMs: router.seconds('connect_timeout'),
    idleTimeoutMs: router.seconds('idle_timeout'),
    retryAfterMs: router.seconds('retry_after', { min: 0 }) ?? ROUTER_DEFAULTS.retryAfterMs,
    coolingWaitMs: router.seconds('cooling_wait', { min: 0 }) ?? ROUTER_DEFAULTS.coolingWaitMs,
    cooldownMs: router.seconds('cooldown_time', { min: 0 }) ?? ROUTER_DEFAULTS.cooldownMs,
  };
}

function readFailures(router: Router, litellm: Litellm) {
  const retries = [router, litellm].map((section) => section.number('num_retries', { integer: true }));
  const fails = [router, litellm].map((section) => section.number('allowed_fails', { integer: true }));
  return {
    numRetries: firstOf(retries) ?? ROUTER_DEFAULTS.numRetries,
    retryPolicy: readRetryPolicy(router) ?? ROUTER_DEFAULTS.retryPolicy,
    retryBudget: readRetryBudget(router),
    allowedFails: firstOf(fails),
    allowedFailsPolicy: readAllowedFailsPolicy(router) ?? ROUTER_DEFAULTS.allowedFailsPolicy,
    disableCooldowns: router.boolean('disable_cooldowns') ?? false,
  };
}

/** A share, or `off`, which some YAML writers turn into `false`. */
function readRetryBudget(router: Router): number | null {
  const isScalar = router.node.entries.get('retry_budget')?.value.kind === 'scalar';
  const text = isScalar ? router.text('retry_budget') : '';
  if (text === null) return ROUTER_DEFAULTS.retryBudget;
  if (/^(off|false)$/i.test(text)) return null;
  return router.number('retry_budget', { max: 1, or: 'off' }) ?? ROUTER_DEFAULTS.retryBudget;
}

/** Null when no chain is configured: an empty list is none, as in LiteLLM. */
function readSpecialFallbacks(
  router: Router,
  litellm: Litellm,
  key: 'context_window_fallbacks' | 'content_policy_fallbacks',
): RouterSettings['contextWindowFallbacks'] {
  const chains = [readChains(litellm, key), readChains(router, key)].flatMap((read) => [...(read ?? [])]);
  return chains.length === 0 ? null : new Map(chains);
}

function readTagFiltering(router: Router): RouterSettings['tagFiltering'] {
  const isOn = router.boolean('enable_tag_filtering') ?? false;
  const any = router.boolean('tag_filtering_match_any') ?? true;
  if (!isOn) return 'off';
  return any ? 'any' : 'all';
}

/** A budget of a provider that nobody has would hold for nothing. */
function checkProviders(
  router: Router,
  budgeted: readonly string[],
  deployments: readonly Deployment[],
): void {
  const used = new Set(deployments.map(({ provider }) => provider));
  const budgets = router.map('provider_budget_config');
  for (const name of budgeted) {
    if (used.has(name) || isKnownProvider(name)) continue;
    const place = budgets?.entries.get(name)?.place ?? router.node.place;
    const meant = didYouMean(name, [...used, ...providerNames()]);
    const path = `${router.pathOf('provider_budget_config')}.${name}`;
    router.context.report.problem(path, place, `there is no provider ${name}${meant}`);
  }
}

function readGroups(router: Router, book: GroupBook): void {
  const { mentions } = router.context;
  const groups = sectionsByName<'router_settings.model_group_settings.*'>(router, 'model_group_settings');
  for (const { name, place, section } of groups) {
    mentions.add({ name, kind: 'model', path: section.path, place });
    readGroupSettings(name, section, book);
    section.finish(new Set());
  }
  for (const { name, place, section } of sectionsByName<'retry_policy'>(router, 'model_group_retry_policy')) {
    const { path } = section;
    mentions.add({ name, kind: 'model', path, place });
    book.add(name, 'retryPolicy', { value: readRetries(section), path, place });
  }
}

const firstOf = (values: readonly (number | null)[]): number | null =>
  values.find((value) => value !== null) ?? null;
