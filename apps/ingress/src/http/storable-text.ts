import { GatewayError } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';

/** Postgres keeps neither NUL characters nor halves of surrogate pairs. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Half of a surrogate pair has no bytes in UTF-8: it cannot be sent, nor be part of a URL. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Throws `invalid_request` naming the first field, at any depth, whose text could not be stored. */
export function checkStorable(fields: object): void {
  // Not by recursion: whoever sends a body decides how deep it is.
  const open: { readonly path: string; readonly value: object }[] = [{ path: '', value: fields }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [key, value] of Object.entries(next.value) as [string, unknown][]) {
      if (UNSTORABLE.test(key)) throw unstorable(next.path === '' ? 'request_body' : next.path);
      const path = next.path === '' ? key : `${next.path}.${key}`;
      if (typeof value === 'string' && UNSTORABLE.test(value)) throw unstorable(path);
      if (typeof value === 'object' && value !== null) open.push({ path, value });
    }
  }
}

/** The same for what a URL says: a hook of every route. What else is unstorable cannot be written in a URL. */
export function checkStorableUrl(
  { url, query, params }: FastifyRequest,
  _reply: unknown,
  done: (error?: Error) => void,
): void {
  if (!url.includes('%00')) {
    done();
    return;
  }
  try {
    checkStorable({ ...(query as object), path: Object.values(params as object).join('/') });
    done();
  } catch (cause) {
    done(cause as Error);
  }
}

const unstorable = (param: string): GatewayError =>
  new GatewayError(
    'invalid_request',
    `'${param}' has a NUL character or half of a surrogate pair, which cannot be stored`,
    { param },
  );
