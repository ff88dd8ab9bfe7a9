import { findSchedule, isCatalogued, type PriceSchedule } from './catalogue.js';
import type { PriceQuery } from './price-query.js';
import { catalogueId, isLocal } from './provider-map.js';

const MAX_REMEMBERED = 10_000;
/** No model has a longer name; a client that makes one up must not fill the memory. */
const MAX_KEY_LENGTH = 600;

/** Model names come from clients of wildcard deployments, so what is remembered is bounded; the oldest goes first. */
const remembered = new Map<string, PriceSchedule | null>();

type ModelName = Pick<PriceQuery, 'provider' | 'model' | 'baseModel'>;

/** The catalogue's prices for a model: those of its base model when that is known there, else its own; else null. */
export function findPrices(query: ModelName): PriceSchedule | null {
  const key = `${query.provider}\n${query.model}\n${query.baseModel ?? ''}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const found = search(query);
  if (key.length > MAX_KEY_LENGTH) return found;
  if (remembered.size >= MAX_REMEMBERED) {
    for (const oldest of remembered.keys()) {
      remembered.delete(oldest);
      break;
    }
  }
  remembered.set(key, found);
  return found;
}

function search({ provider, model, baseModel }: ModelName): PriceSchedule | null {
  const base = baseModel === null ? null : searchBase(provider, baseModel);
  if (base !== null) return base;
  return isLocal(provider) ? { i: 0, o: 0 } : findSchedule(catalogueId(provider), model);
}

/** `azure/gpt-4o` names its provider; `gpt-4o` is the deployment's own. */
function searchBase(provider: string, baseModel: string): PriceSchedule | null {
  const slash = baseModel.indexOf('/');
  const prefix = baseModel.slice(0, Math.max(slash, 0));
  if (slash > 0 && isCatalogued(catalogueId(prefix))) {
    return findSchedule(catalogueId(prefix), baseModel.slice(slash + 1));
  }
  return findSchedule(catalogueId(provider), baseModel);
}
