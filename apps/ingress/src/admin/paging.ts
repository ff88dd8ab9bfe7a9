import { z } from 'zod';

/** A whole number from 1, as a URL says it. */
export const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `must be a whole number from 1 to ${String(most)}`)
    .transform(Number)
    .refine((value) => value <= most, `must be a whole number from 1 to ${String(most)}`);

export const page = wholeNumber(1_000_000).default(1);

/** `True`, as Python's clients say it, too. */
export const flagText = z
  .string()
  .regex(/^(true|false)$/i, 'must be true or false')
  .transform((text) => text.toLowerCase() === 'true');

/** Values separated by commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** Records of one reply: it stays well below what the bus carries in one message, however large they are. */
const A_REPLY = 25;

/**
 * A page of records, asked for in parts that fit in a message. Pages are as of when each part is asked, so a record that is made or
 * deleted meanwhile may shift the rest.
 */
export async function readPage<Item>(
  { page: number, size }: { readonly page: number; readonly size: number },
  ask: (part: {
    readonly offset: number;
    readonly limit: number;
  }) => Promise<{ items: Item[]; total: number }>,
): Promise<{ items: Item[]; total: number }> {
  const items: Item[] = [];
  const first = (number - 1) * size;
  let total = 0;
  while (items.length < size) {
    const limit = Math.min(A_REPLY, size - items.length);
    const part = await ask({ offset: first + items.length, limit });
    items.push(...part.items);
    total = part.total;
    if (part.items.length < limit) break;
  }
  return { items, total };
}

export const pagesOf = (total: number, size: number): number => Math.ceil(total / size);
