import { serviceTier, type ServiceTier } from '@tollgate/contracts';

const TIERS: ReadonlySet<unknown> = new Set(serviceTier.options);

/**
 * The tier that served an answer, of what a provider told (`service_tier` of OpenAI's answers and of Anthropic's usage, also
 * Anthropic's `speed`). Null for the standard one, whatever it is called: `default`, `standard`, `on_demand`, `auto`.
 */
export const serviceTierOf = (told: unknown): ServiceTier | null =>
  TIERS.has(told) ? (told as ServiceTier) : null;
