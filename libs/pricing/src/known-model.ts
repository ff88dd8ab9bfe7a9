import { findModel, isCatalogued, type PriceSchedule } from './catalogue.js';
import type { PriceQuery } from './price-query.js';
import { withPieces } from './piece-prices.js';
import { catalogueId, isLocal } from './provider-map.js';
import { tiersOf, type Tiers } from './service-tiers.js';

/** How a deployment names its model. */
type ModelName = Pick<PriceQuery, 'provider' | 'model' | 'baseModel'>;

/** What the catalogue knows of a model; the same object for as long as it is remembered. */
export interface KnownModel {
  /** null: no price is known. */
  readonly schedule: PriceSchedule | null;
  /** Tokens of prompt and answer together; null: not known. */
  readonly contextWindow: number | null;
  readonly tiers: Tiers;
}

const MAX_REMEMBERED = 10_000;
/** No model has a longer name; a client that makes one up must not fill the memory. */
const MAX_NAME_LENGTH = 512;
/** Deployments of one model that differ in their provider or base model. */
const MAX_ALIKE = 64;

interface Remembered {
  readonly provider: string;
  readonly baseModel: string | null;
  readonly known: KnownModel;
}

/**
 * By the model's name, which several deployments may share: to put a key together for each question would cost more than to ask.
 * Names come from clients of wildcard deployments, so what is remembered is bounded; the oldest goes first.
 */
const remembered = new Map<string, Remembered[]>();

/** What the catalogue knows of a model: of its base model where that is known, else under its own name. */
export function knownModel(query: ModelName): KnownModel {
  const { provider, model, baseModel } = query;
  const alike = remembered.get(model);
  if (alike !== undefined) {
    for (const one of alike) if (one.provider === provider && one.baseModel === baseModel) return one.known;
  }
  const known = search(query);
  if (model.length > MAX_NAME_LENGTH) return known;
  if (alike !== undefined && alike.length < MAX_ALIKE) alike.push({ provider, baseModel, known });
  else remembered.set(model, [{ provider, baseModel, known }]);
  if (remembered.size > MAX_REMEMBERED) {
    for (const oldest of remembered.keys()) {
      remembered.delete(oldest);
      break;
    }
  }
  return known;
}

/** The size of a model's context window in tokens, prompt and answer together; null: not known. */
export const contextWindow = (name: ModelName): number | null => knownModel(name).contextWindow;

const FREE: PriceSchedule = { i: 0, o: 0 };

function search({ provider, model, baseModel }: ModelName): KnownModel {
  const named = baseModel === null ? null : baseName(provider, baseModel);
  const base = named === null ? undefined : findModel(...named);
  const own = isLocal(provider) ? undefined : findModel(catalogueId(provider), model);
  const pricedAs = base !== undefined && named !== null ? named : ([catalogueId(provider), model] as const);
  const schedule = base?.[1] ?? own?.[1] ?? null;
  return {
    schedule: schedule === null ? (isLocal(provider) ? FREE : null) : withPieces(schedule, ...pricedAs),
    contextWindow: base?.[2] ?? own?.[2] ?? null,
    tiers: tiersOf(...pricedAs),
  };
}

/** `azure/gpt-4o` names its provider; `gpt-4o` is the deployment's own. */
function baseName(provider: string, baseModel: string): [catalogueProvider: string, model: string] {
  const slash = baseModel.indexOf('/');
  const prefix = baseModel.slice(0, Math.max(slash, 0));
  return slash > 0 && isCatalogued(catalogueId(prefix))
    ? [catalogueId(prefix), baseModel.slice(slash + 1)]
    : [catalogueId(provider), baseModel];
}
