import { z } from 'zod';
import { wordOf, type Json } from '@tollgate/dialects';

/** Query of OpenAI's lists of items. `include` is of what OpenAI's own tools have found: there is none here. */
export const inputItemsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
  include: z.unknown().optional(),
  'include[]': z.unknown().optional(),
});

export interface InputItemsPage {
  readonly object: 'list';
  readonly data: readonly Json[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

/** A page of items, all of which get an id. */
export function inputItemsPage(
  items: readonly Json[],
  responseId: string,
  { limit, order, after }: z.infer<typeof inputItemsQuery>,
): InputItemsPage {
  const named = items.map((item, place) => withId(item, responseId, place));
  const ordered = order === 'desc' ? named.toReversed() : named;
  // As everywhere at OpenAI, one that is not there comes before the first.
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  const data = ordered.slice(start, start + limit);
  return {
    object: 'list',
    data,
    first_id: idOf(data[0]),
    last_id: idOf(data.at(-1)),
    has_more: start + limit < ordered.length,
  };
}

const idOf = (item: Json | undefined): string | null => (item === undefined ? null : wordOf(item['id']));

function withId(item: Json, responseId: string, place: number): Json {
  if (typeof item['id'] === 'string') return item;
  const kind = item['type'] === undefined || item['type'] === 'message' ? 'msg' : 'item';
  return { id: `${kind}_${responseId.slice('resp_'.length)}_in${place}`, ...item };
}
