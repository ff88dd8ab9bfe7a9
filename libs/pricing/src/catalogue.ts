import { CATALOGUE_JSON } from './catalogue.data.js';
import { matches, type ModelMatch } from './model-match.js';

/** Femto-dollars a piece; as a list: [base, start, price, start, price, …] by the length of the whole prompt. */
export type Price = number | readonly number[];

/**
 * Prices of a model. Per token: i input, o output, r cache read, w cache write, h cache write for an hour,
 * t reasoning, a audio in, b audio out, m image in, n image out. Per piece: s web search, f file search, q request.
 */
export type PriceTable = Readonly<
  Partial<Record<'i' | 'o' | 'r' | 'w' | 'h' | 't' | 'a' | 'b' | 'm' | 'n' | 's' | 'f' | 'q', Price>>
>;

/** null: always. A number: from that moment on (epoch milliseconds). A pair: between these seconds of the UTC day. */
type Constraint = null | number | readonly [start: number, end: number];

/** One table, or one for each constraint: the last that applies counts, else the first. */
export type PriceSchedule = PriceTable | readonly (readonly [Constraint, PriceTable])[];

/** No schedule: known, and its tokens have no price. `contextWindow`: tokens of prompt and answer together, where known. */
export type CatalogueModel = readonly [
  match: ModelMatch,
  schedule: PriceSchedule | null,
  contextWindow?: number,
];

interface CatalogueProvider {
  readonly id: string;
  /** Providers whose models this one serves at their prices. */
  readonly fallbacks?: readonly string[];
  /** The first match counts. */
  readonly models: readonly CatalogueModel[];
}

let providers: ReadonlyMap<string, CatalogueProvider> | null = null;

// Parsed at the first use: most processes never price anything.
function catalogue(): ReadonlyMap<string, CatalogueProvider> {
  providers ??= new Map(
    (JSON.parse(CATALOGUE_JSON) as CatalogueProvider[]).map((provider) => [provider.id, provider]),
  );
  return providers;
}

export const isCatalogued = (provider: string): boolean => catalogue().has(provider);

/** What is known of a model. Slow (it tries every match of the provider): callers remember the answer. */
export function findModel(providerId: string, model: string): CatalogueModel | undefined {
  const provider = catalogue().get(providerId);
  if (provider === undefined) return undefined;
  const name = model.toLowerCase().trim();
  return lookUp(provider, name) ?? lookUp(provider, withDashedDate(name));
}

function lookUp(provider: CatalogueProvider, name: string): CatalogueModel | undefined {
  const own = provider.models.find(([match]) => matches(match, name));
  if (own !== undefined) return own;
  for (const id of provider.fallbacks ?? []) {
    const other = catalogue().get(id);
    const found = other === undefined ? undefined : lookUp(other, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** model-20250114 is model-2025-01-14 elsewhere. */
const withDashedDate = (name: string): string =>
  name.replace(/-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3');

/** The table that holds at a moment (epoch milliseconds). */
export function tableAt(schedule: PriceSchedule, at: number): PriceTable {
  if (!isList(schedule)) return schedule;
  const current = schedule.findLast(([constraint]) => applies(constraint, at)) ?? schedule[0];
  return current?.[1] ?? {};
}

// Array.isArray does not narrow a readonly list out of a union.
export const isList = (schedule: PriceSchedule): schedule is Exclude<PriceSchedule, PriceTable> =>
  Array.isArray(schedule);

function applies(constraint: Constraint, at: number): boolean {
  if (constraint === null) return true;
  if (typeof constraint === 'number') return at >= constraint;
  const [start, end] = constraint;
  const second = (at % 86_400_000) / 1000;
  return end < start ? second >= start || second < end : second >= start && second < end;
}

/** The price that holds for a prompt of this many tokens: the whole call is priced by it. */
export function priceFor(price: Price, promptTokens: number): number {
  if (typeof price === 'number') return price;
  let current = price[0] ?? 0;
  for (let index = 1; index + 1 < price.length; index += 2) {
    if (promptTokens > (price[index] ?? 0)) current = price[index + 1] ?? current;
  }
  return current;
}
