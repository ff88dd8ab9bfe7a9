import type { Principal } from '@tollgate/contracts';

/** Whose things a call's are: a team's keys share theirs, any other key has its own. */
export const tenantOf = ({ teamId, keyHash }: Principal): string =>
  teamId === null ? `key:${keyHash}` : `team:${teamId}`;
