import type { ServiceTier } from '@tollgate/contracts';

/** What a tier's prices are of the standard ones, as a fraction: exact where a decimal is not. */
type Factor = readonly [times: number, over: number];

interface TierFactors {
  readonly tokens: Factor;
  /** Absent: as any token. */
  readonly cacheRead?: Factor;
}

interface TierRule {
  readonly tier: ServiceTier;
  /** Absent: every model of the provider. */
  readonly models?: RegExp;
  readonly factors: TierFactors;
}

const HALF: TierFactors = { tokens: [1, 2] };
/** Reading the cache is as dear as ever. */
const HALF_BUT_CACHE: TierFactors = { tokens: [1, 2], cacheRead: [1, 1] };
const BATCH: TierRule = { tier: 'batch', factors: HALF };
const priority = (times: number, over: number, models?: RegExp): TierRule => {
  const factors = { tokens: [times, over] } as const;
  return models === undefined ? { tier: 'priority', factors } : { tier: 'priority', models, factors };
};

const OPENAI: readonly TierRule[] = [
  BATCH,
  { tier: 'flex', factors: HALF },
  priority(2, 1, /^gpt-4\.1-nano/),
  priority(7, 4, /^(gpt-4\.1|gpt-4o-2024-05-13|o3)/),
  priority(5, 3, /^gpt-4o-mini/),
  priority(17, 10, /^gpt-4o/),
  priority(20, 11, /^o4-mini/),
  priority(9, 5, /^gpt-5-mini/),
  priority(5, 2, /^gpt-5\.5/),
  priority(2, 1),
];

const OLDER_GEMINI = /^gemini-(2|3-|3\.1-pro)/;

/**
 * By provider of the catalogue, the first rule of a tier that names the model: batches, flex and priority processing, and
 * Anthropic's fast mode, as Portkey-AI/models has them (MIT, LICENSE.portkey-models). A tier without a rule costs what the
 * standard one does: Anthropic's priority, for one, is capacity bought beforehand.
 */
const RULES: Readonly<Record<string, readonly TierRule[]>> = {
  openai: OPENAI,
  azure: OPENAI,
  anthropic: [
    BATCH,
    { tier: 'fast', models: /opus-4[-.][67]/, factors: { tokens: [6, 1] } },
    { tier: 'fast', factors: { tokens: [2, 1] } },
  ],
  google: [
    { tier: 'batch', models: OLDER_GEMINI, factors: HALF_BUT_CACHE },
    BATCH,
    { tier: 'flex', models: OLDER_GEMINI, factors: HALF_BUT_CACHE },
    { tier: 'flex', factors: HALF },
    priority(9, 5),
  ],
  aws: [
    { tier: 'batch', models: /amazon\.nova/, factors: HALF_BUT_CACHE },
    BATCH,
    { tier: 'flex', factors: HALF },
    priority(7, 4),
  ],
};

export type Tiers = Readonly<Partial<Record<ServiceTier, TierFactors>>>;

/** The tiers of a model that are not priced as the standard one. */
export function tiersOf(catalogueProvider: string, model: string): Tiers {
  const name = model.toLowerCase();
  const tiers: Partial<Record<ServiceTier, TierFactors>> = {};
  for (const { tier, models, factors } of RULES[catalogueProvider] ?? []) {
    if (models === undefined || models.test(name)) tiers[tier] ??= factors;
  }
  return tiers;
}

export const scaled = (price: number, [times, over]: Factor): number => Math.round((price * times) / over);
