import { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import type { PriceAdjustment, PriceAdjustments } from './price-overrides.js';

type Litellm = Section<KeyOf<'litellm_settings'>>;
type Margin = Section<KeyOf<'litellm_settings.cost_margin_config.*'>>;

const BILLION = 1e9;
const NANOS_PER_DOLLAR = 1e9;
/** Ten times the price: more is a slip of the pen. */
const MOST_MARGIN = 10;

interface Share {
  readonly share: number;
  readonly fixedNanos: number;
}

/** `cost_discount_config` and `cost_margin_config`: the discount comes first. `*` holds for providers that are not named. */
export function readAdjustments(litellm: Litellm): PriceAdjustments {
  const discounts = readDiscounts(litellm);
  const margins = readMargins(litellm);
  const adjustments = new Map<string, PriceAdjustment>();
  for (const provider of new Set([...discounts.keys(), ...margins.keys()])) {
    const { share = 0, fixedNanos = 0 } = margins.get(provider) ?? margins.get('*') ?? {};
    const discounted = 1 - (discounts.get(provider) ?? 0);
    adjustments.set(provider, {
      perBillion: Math.round(discounted * (1 + share) * BILLION),
      discountedPerBillion: Math.round(discounted * BILLION),
      fixedNanos,
    });
  }
  return adjustments;
}

function readDiscounts(litellm: Litellm): Map<string, number> {
  const discounts = new Map<string, number>();
  const section = namesOf(litellm, 'cost_discount_config');
  for (const provider of section?.node.entries.keys() ?? []) {
    const share = section?.number(provider, { min: 0, max: 1 }) ?? null;
    if (share !== null) discounts.set(provider, share);
  }
  return discounts;
}

function readMargins(litellm: Litellm): Map<string, Share> {
  const margins = new Map<string, Share>();
  const section = namesOf(litellm, 'cost_margin_config');
  for (const [name, { value }] of section?.node.entries ?? []) {
    if (section === null) break;
    const provider = name === 'global' ? '*' : name;
    if (value.kind === 'map') {
      margins.set(provider, readMargin(new Section(value, section.pathOf(name), section.context)));
      continue;
    }
    const share = section.number(name, { min: 0, max: MOST_MARGIN });
    if (share !== null) margins.set(provider, { share, fixedNanos: 0 });
  }
  return margins;
}

function readMargin(section: Margin): Share {
  const share = section.number('percentage', { min: 0, max: MOST_MARGIN }) ?? 0;
  const dollars = section.number('fixed_amount') ?? 0;
  section.finish(new Set());
  return { share, fixedNanos: Math.round(dollars * NANOS_PER_DOLLAR) };
}

function namesOf(litellm: Litellm, key: KeyOf<'litellm_settings'>): Section<string> | null {
  const node = litellm.map(key);
  return node === null ? null : new Section<string>(node, litellm.pathOf(key), litellm.context);
}
