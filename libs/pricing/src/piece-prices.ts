import { isList, type PriceSchedule, type PriceTable } from './catalogue.js';

const DOLLAR_PER_THOUSAND = 1e12;

/**
 * What the catalogue does not tell of tools that are sold by the piece, as Portkey-AI/models has it (MIT,
 * LICENSE.portkey-models): xAI's searches, and OpenAI's models that search for every answer and tell of none.
 */
function piecePrices(catalogueProvider: string, model: string): PriceTable | null {
  if (catalogueProvider === 'x-ai') return { s: 5 * DOLLAR_PER_THOUSAND, f: 2.5 * DOLLAR_PER_THOUSAND };
  return catalogueProvider === 'openai' && model.includes('-search-preview')
    ? { q: 25 * DOLLAR_PER_THOUSAND }
    : null;
}

/** A schedule with the pieces that it lacks. */
export function withPieces(schedule: PriceSchedule, provider: string, model: string): PriceSchedule {
  const pieces = piecePrices(provider, model);
  if (pieces === null) return schedule;
  return isList(schedule)
    ? schedule.map(([constraint, table]) => [constraint, { ...pieces, ...table }] as const)
    : { ...pieces, ...schedule };
}
