import { ACCEPTED_ROUTER_SETTINGS } from './accepted-keys.js';
import { ROUTER_DEFAULTS } from './demo-config.js';
import { readFallbacks } from './fallbacks.js';
import { ROUTING_STRATEGIES, type RouterSettings, type RoutingStrategy } from './gateway-config.js';
import type { GroupNames } from './group-names.js';
import { didYouMean } from './nearest.js';
import type { Section } from './section.js';
import type { KeyOf } from './settings.js';

type Router = Section<KeyOf<'router_settings'>>;
type Litellm = Section<KeyOf<'litellm_settings'>>;

/** Some settings may stand in either section; the router's own wins. */
export function readRouterSettings(router: Router, litellm: Litellm, names: GroupNames): RouterSettings {
  const retries = [router, litellm].map((section) => section.number('num_retries', { integer: true }));
  const fails = [router, litellm].map((section) => section.number('allowed_fails', { integer: true }));
  const timeouts = [router.seconds('timeout'), litellm.seconds('request_timeout')];
  const settings: RouterSettings = {
    ...ROUTER_DEFAULTS,
    numRetries: firstOf(retries) ?? ROUTER_DEFAULTS.numRetries,
    timeoutMs: firstOf(timeouts) ?? ROUTER_DEFAULTS.timeoutMs,
    streamTimeoutMs: router.seconds('stream_timeout'),
    retryAfterMs: router.seconds('retry_after', { min: 0 }) ?? ROUTER_DEFAULTS.retryAfterMs,
    allowedFails: firstOf(fails),
    cooldownMs: router.seconds('cooldown_time', { min: 0 }) ?? ROUTER_DEFAULTS.cooldownMs,
    disableCooldowns: router.boolean('disable_cooldowns') ?? false,
    maxFallbacks: router.number('max_fallbacks', { integer: true }) ?? ROUTER_DEFAULTS.maxFallbacks,
    fallbacks: new Map([...readFallbacks(litellm, names), ...readFallbacks(router, names)]),
    routingStrategy: readStrategy(router),
  };
  router.finish(ACCEPTED_ROUTER_SETTINGS);
  return settings;
}

function readStrategy(router: Router): RoutingStrategy {
  const name = router.text('routing_strategy');
  const strategy = ROUTING_STRATEGIES.find((known) => known === name);
  if (name !== null && strategy === undefined) {
    router.problem('routing_strategy', `there is no strategy ${name}${didYouMean(name, ROUTING_STRATEGIES)}`);
  }
  return strategy ?? ROUTER_DEFAULTS.routingStrategy;
}

const firstOf = (values: readonly (number | null)[]): number | null =>
  values.find((value) => value !== null) ?? null;
