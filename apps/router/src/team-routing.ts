import type { RouterSettings, TeamRouting } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';

/** What the config says for the team that a call is made for. */
export const teamRoutingOf = (
  { principal: { teamId } }: Pick<CallHeader, 'principal'>,
  { teams }: Pick<RouterSettings, 'teams'>,
): TeamRouting | undefined => (teamId === null ? undefined : teams.get(teamId));
