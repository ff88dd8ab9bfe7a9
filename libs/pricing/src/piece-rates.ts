import type { Pieces } from '@tollgate/contracts';
import { FEMTO_PER_NANO, type PriceQuery, type Prices } from './price-query.js';

/** Femto-dollars apiece. */
type PieceRates = Readonly<Record<keyof Pieces, number>>;

/**
 * Nano-dollars apiece by OpenAI's price list (https://platform.openai.com/docs/pricing), which the catalogue has no units for.
 * Images are not here: their prices depend on size and quality, which `output_cost_per_image` of the config has to settle.
 */
const LISTED: Readonly<Record<string, Pick<Prices, 'character' | 'second'>>> = {
  'whisper-1': { second: 100_000 },
  'tts-1': { character: 15_000 },
  'tts-1-hd': { character: 30_000 },
};

const OPENAI: ReadonlySet<string> = new Set(['openai', 'azure']);

/** What pieces of a model cost; null: no price of any is known. */
export function pieceRatesOf({ provider, model, baseModel, overrides }: PriceQuery): PieceRates | null {
  const name = baseModel ?? model;
  const listed = OPENAI.has(provider) && Object.hasOwn(LISTED, name) ? LISTED[name] : undefined;
  const { image, character = listed?.character, second = listed?.second } = overrides;
  if (image === undefined && character === undefined && second === undefined) return null;
  const femtos = (nanos = 0): number => Math.round(nanos * FEMTO_PER_NANO);
  return { images: femtos(image), characters: femtos(character), seconds: femtos(second) };
}

/** Femto-dollars for pieces. */
export const piecesCost = ({ images, characters, seconds }: Pieces, rates: PieceRates): number =>
  images * rates.images + characters * rates.characters + Math.round(seconds * rates.seconds);
