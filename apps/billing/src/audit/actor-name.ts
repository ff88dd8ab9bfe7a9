import type { Actor } from '@tollgate/contracts';

/** Who made or changed something; without a user it is the master key's. */
export const nameOf = (actor: Actor): string => actor.userId ?? 'default_user_id';
