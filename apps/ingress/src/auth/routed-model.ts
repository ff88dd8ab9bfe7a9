import type { RouterSettings } from '@tollgate/config';
import type { Principal } from '@tollgate/contracts';

/**
 * The name that a caller's own aliases make of a model's: its key's, else its team's, one step and before any other
 * resolution. The router takes the same step; here it decides which name the key must be allowed and which may be sunset.
 */
export function routedModel(
  model: string,
  { routing, teamId }: Principal,
  { teams }: Pick<RouterSettings, 'teams'>,
): string {
  const ofTeam = teamId === null ? undefined : teams.get(teamId);
  return aliasOf(model, routing?.aliases) ?? aliasOf(model, ofTeam?.aliases) ?? model;
}

const aliasOf = (name: string, aliases: Readonly<Record<string, string>> | undefined): string | undefined =>
  aliases !== undefined && Object.hasOwn(aliases, name) ? aliases[name] : undefined;
