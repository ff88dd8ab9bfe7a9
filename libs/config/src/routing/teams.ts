import type { FallbackChains, TeamRouting } from '../gateway-config.js';
import { sectionsByName } from '../named-sections.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import { readTeamAliases } from './aliases.js';
import { readChains } from './fallbacks.js';

type Team = Section<KeyOf<'router_settings.team_settings.*'>>;

/** `team_settings` by team id. */
export function readTeams(router: Section<'team_settings'>): Map<string, TeamRouting> {
  const teams = sectionsByName<'router_settings.team_settings.*'>(router, 'team_settings');
  return new Map(teams.map(({ name, section }) => [name, readTeam(section)]));
}

function readTeam(team: Team): TeamRouting {
  const aliases = readTeamAliases(team);
  const alsoNamed = new Set(Object.keys(aliases));
  const chains = (key: Parameters<typeof team.list>[0]): FallbackChains | null => {
    const read = readChains(team, key, { alsoNamed });
    // An empty list is none, as in the router's settings.
    return read === null || read.size === 0 ? null : Object.fromEntries(read);
  };
  const fallbacks = chains('fallbacks');
  const contextWindowFallbacks = chains('context_window_fallbacks');
  const contentPolicyFallbacks = chains('content_policy_fallbacks');
  const numRetries = team.number('num_retries', { integer: true });
  const timeoutMs = team.seconds('timeout');
  team.finish(new Set());
  return {
    ...(fallbacks !== null && { fallbacks }),
    ...(contextWindowFallbacks !== null && { contextWindowFallbacks }),
    ...(contentPolicyFallbacks !== null && { contentPolicyFallbacks }),
    ...(alsoNamed.size > 0 && { aliases }),
    ...(numRetries !== null && { numRetries }),
    ...(timeoutMs !== null && { timeoutMs }),
  };
}
