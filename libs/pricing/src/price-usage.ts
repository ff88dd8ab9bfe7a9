import { promptTokens, type Usage } from '@tollgate/contracts';
import { priceFor, tableAt, type Price, type PriceTable } from './catalogue.js';
import { knownModel } from './known-model.js';
import type { PriceOverrides, PriceQuery } from './price-query.js';

const FEMTO_PER_NANO = 1_000_000;

/**
 * What a call costs in nano-dollars, rounded half up once, at the end; null when no price is known for the model.
 * Sums are exact: integers of femto-dollars, in BigInt where they outgrow a double.
 */
export function priceUsage(usage: Usage, query: PriceQuery): number | null {
  const table = tableOf(query);
  return table === null
    ? null
    : roundedSum(countsOf(usage), ratesOf(table, query.overrides, promptTokens(usage)));
}

/** What a token of the prompt and one of the answer cost together, in nano-dollars; null when no price is known. */
export function pricePerToken(query: PriceQuery): number | null {
  const table = tableOf(query);
  if (table === null) return null;
  const [input = 0, , , , , output = 0] = ratesOf(table, query.overrides, 1);
  return (input + output) / FEMTO_PER_NANO;
}

/** What a token of each kind costs in nano-dollars; a kind that has no price of its own is left out. */
export function tokenPrices(query: PriceQuery): PriceOverrides {
  const table = tableOf(query) ?? {};
  const known: [keyof PriceOverrides, Price | undefined][] = [
    ['input', table.i],
    ['output', table.o],
    ['cacheRead', table.r],
    ['cacheWrite', table.w],
    ['reasoning', table.t],
    ['audioInput', table.a],
  ];
  const prices = known.flatMap(([kind, price]) => {
    const catalogued = price === undefined ? undefined : priceFor(price, 1) / FEMTO_PER_NANO;
    const nanos = query.overrides[kind] ?? catalogued;
    return nanos === undefined ? [] : [[kind, nanos] as const];
  });
  return Object.fromEntries(prices);
}

/** The prices that hold; an empty table when the deployment has its own; null when there are none. */
function tableOf(query: PriceQuery): PriceTable | null {
  const { schedule } = knownModel(query);
  const { input, output } = query.overrides;
  if (schedule === null) return input === undefined && output === undefined ? null : {};
  return tableAt(schedule, query.at);
}

/** In the order of `ratesOf`. The one request of a call comes last. */
const countsOf = (usage: Usage): readonly number[] => [
  usage.input,
  usage.cacheRead,
  usage.cacheWrite5m,
  usage.cacheWrite1h,
  usage.audioInput,
  usage.output,
  usage.reasoning,
  usage.audioOutput,
  usage.searches,
  1,
];

/**
 * Femto-dollars for each count. A kind of token without a price of its own costs what the kind it belongs to does:
 * cached and audio input as input, an hour's cache as any cache, reasoning and audio output as output.
 */
function ratesOf(table: PriceTable, overrides: PriceOverrides, prompt: number): readonly number[] {
  const rate = (override: number | undefined, price: Price | undefined, otherwise: number): number => {
    if (override !== undefined) return Math.round(override * FEMTO_PER_NANO);
    return price === undefined ? otherwise : priceFor(price, prompt);
  };
  const input = rate(overrides.input, table.i, 0);
  const output = rate(overrides.output, table.o, 0);
  const cacheWrite = rate(overrides.cacheWrite, table.w, input);
  return [
    input,
    rate(overrides.cacheRead, table.r, input),
    cacheWrite,
    rate(overrides.cacheWrite, table.h, cacheWrite),
    rate(overrides.audioInput, table.a, input),
    output,
    rate(overrides.reasoning, table.t, output),
    rate(undefined, table.b, output),
    rate(undefined, table.s, 0),
    rate(undefined, table.q, 0),
  ];
}

function roundedSum(counts: readonly number[], rates: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < counts.length; index += 1) sum += (counts[index] ?? 0) * (rates[index] ?? 0);
  // Nothing is negative, so a safe sum had safe terms.
  if (!Number.isSafeInteger(sum)) return exactSum(counts, rates);
  const remainder = sum % FEMTO_PER_NANO;
  return (sum - remainder) / FEMTO_PER_NANO + (remainder * 2 >= FEMTO_PER_NANO ? 1 : 0);
}

function exactSum(counts: readonly number[], rates: readonly number[]): number {
  const unit = BigInt(FEMTO_PER_NANO);
  const sum = counts.reduce((total, count, index) => total + BigInt(count) * BigInt(rates[index] ?? 0), 0n);
  return Number((sum + unit / 2n) / unit);
}
