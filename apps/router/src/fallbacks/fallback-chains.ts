import type { FallbackChains, RouterSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import type { Group } from '../group.js';
import { teamRoutingOf } from '../team-routing.js';
import type { FailureKind } from './failure-kind.js';

/** Chains as one level (key, team, config) has them; undefined: it has none at all. */
interface Level {
  readonly general: Chains | undefined;
  readonly contextWindow: Chains | undefined;
  readonly contentPolicy: Chains | undefined;
}

type Chains = (name: string) => readonly string[] | undefined;

/**
 * The names to try after a group failed. The caller's own list goes before everything; else the key's chains, its team's, the
 * config's, the first level that has one for the name. A prompt that is too long and a refusal by content policy have chains
 * of their own: where any are configured, the general ones do not hold for such failures (LiteLLM's rule).
 */
export function fallbacksOf(
  name: string,
  group: Group,
  { header, router, kind }: { header: CallHeader; router: RouterSettings; kind: FailureKind },
): readonly string[] {
  if (header.fallbacks !== undefined) return header.fallbacks;
  const levels = levelsOf(header, router);
  const special = kind === 'general' ? [] : levels.map((level) => level[SPECIAL[kind]]);
  const chains = special.some((level) => level !== undefined)
    ? special
    : levels.map(({ general }) => general);
  for (const chain of chains) {
    const found = chain === undefined ? undefined : chainFor(name, group, chain);
    if (found !== undefined) return found;
  }
  return [];
}

const SPECIAL = { 'context-window': 'contextWindow', 'content-policy': 'contentPolicy' } as const;

/** By the caller's name, the group's, the name without its provider, the wildcard, or `*` for all. */
const chainFor = (name: string, group: Group, chain: Chains): readonly string[] | undefined =>
  chain(name) ??
  chain(group.name) ??
  chain(name.slice(name.indexOf('/') + 1)) ??
  chain(group.configured) ??
  chain('*');

function levelsOf(header: CallHeader, router: RouterSettings): Level[] {
  const own = [header.principal.routing, teamRoutingOf(header, router)].flatMap((routing) =>
    routing === undefined
      ? []
      : [
          {
            general: ofRecord(routing.fallbacks),
            contextWindow: ofRecord(routing.contextWindowFallbacks),
            contentPolicy: ofRecord(routing.contentPolicyFallbacks),
          },
        ],
  );
  const global: Level = {
    general: (name) => router.fallbacks.get(name),
    contextWindow: ofMap(router.contextWindowFallbacks),
    contentPolicy: ofMap(router.contentPolicyFallbacks),
  };
  return [...own, global];
}

const ofRecord = (chains: FallbackChains | undefined): Chains | undefined =>
  chains === undefined ? undefined : (name) => (Object.hasOwn(chains, name) ? chains[name] : undefined);

const ofMap = (chains: ReadonlyMap<string, readonly string[]> | null): Chains | undefined =>
  chains === null ? undefined : (name) => chains.get(name);
