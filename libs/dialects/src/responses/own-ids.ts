import { randomUUID } from 'node:crypto';

/** How the ids begin of responses that are the gateway's own: no provider knows them. */
const OWN = 'resp_tg';
const OWN_ID = /^resp_tg[0-9a-f]{32}$/;
const OWN_ITEM_ID = /^[a-z]+_(tg[0-9a-f]{32})_(\d{1,6})$/;

export type ItemKind = 'msg' | 'rs' | 'fc' | 'ctc' | 'ig';

/**
 * A new id of a response. A provider's own would do for the one it is from, but two providers' may be the same, and the next turn
 * asks for it by this id.
 */
export const newResponseId = (): string => `${OWN}${randomUUID().replaceAll('-', '')}`;

/** Whether a response was written by the gateway for a provider that has none itself. */
export const isOwnResponseId = (id: unknown): id is string => typeof id === 'string' && OWN_ID.test(id);

/** The id of an item: with its kind, its response and its place in it, so that the item can be found by its id alone. */
export const itemIdOf = (responseId: string, kind: ItemKind, place: number): string =>
  `${kind}_${responseId.slice('resp_'.length)}_${place}`;

/** Where an item of a response of the gateway's own is; null for the id of any other. */
export function placeOfItem(id: unknown): { readonly responseId: string; readonly place: number } | null {
  const match = typeof id === 'string' ? OWN_ITEM_ID.exec(id) : null;
  return match === null ? null : { responseId: `resp_${match[1] ?? ''}`, place: Number(match[2]) };
}
