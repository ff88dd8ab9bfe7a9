import { GatewayError, type SpendScope } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { administered, authorityOf, type Authority } from '../auth/authority.js';
import { callerOf } from '../auth/caller.js';

/** What a caller may see of spend where nothing else is said: all, the calls of its user, or those of its key. */
export function ownScope(request: FastifyRequest): SpendScope {
  const { seesAll, userId } = authorityOf(request);
  if (seesAll) return {};
  return userId === null ? { keys: [callerOf(request).principal.keyHash] } : { users: [userId] };
}

/**
 * The scope that a caller asks for, narrowed to what it may see. Throws `forbidden` when that is nothing of it: a user sees itself,
 * an admin of a team or organization sees that.
 */
export function visibleScope(request: FastifyRequest, wanted: SpendScope): SpendScope {
  const authority = authorityOf(request);
  if (authority.seesAll) return wanted;
  if (isWithin(wanted.teams, administered(authority.teams))) return wanted;
  if (isWithin(wanted.organizations, administered(authority.organizations))) return wanted;
  return { ...wanted, ...ownOf(request, authority, wanted) };
}

function ownOf(request: FastifyRequest, { userId }: Authority, wanted: SpendScope): SpendScope {
  const { keyHash } = callerOf(request).principal;
  if (userId === null) {
    if (wanted.keys?.some((hash) => hash !== keyHash) === true) throw notYours('api_key');
    return { keys: [keyHash] };
  }
  if (wanted.users?.some((id) => id !== userId) === true) throw notYours('user_id');
  return { users: [userId] };
}

const isWithin = (wanted: readonly string[] | undefined, of: readonly string[]): boolean =>
  wanted !== undefined && wanted.length > 0 && wanted.every((id) => of.includes(id));

const notYours = (param: string): GatewayError =>
  new GatewayError('forbidden', 'You may see your own spend only.', { param });
