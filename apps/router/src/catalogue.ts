import type { Deployment, GatewayConfig } from '@tollgate/config';
import { toGroup, toWildcardGroup, type Group } from './group.js';

/** An alias may name an alias; more steps than this are taken for a circle. */
const MAX_ALIAS_STEPS = 10;
/** Names that wildcards were asked for and that are kept ready. */
const MAX_READY_NAMES = 1_000;

interface Wildcard {
  readonly pattern: RegExp;
  readonly prefix: number;
  readonly length: number;
  readonly deployments: readonly Deployment[];
}

/** Every name of the config, worked out once: a call costs a look-up. */
export class Catalogue {
  private readonly groups: ReadonlyMap<string, Group>;
  private readonly byId: ReadonlyMap<string, Group>;
  private readonly wildcards: readonly Wildcard[];
  private readonly ready = new Map<string, Group>();

  constructor(private readonly config: Pick<GatewayConfig, 'deployments' | 'aliases' | 'router'>) {
    const named = byGroup(config.deployments);
    const lone = (deployment: Deployment): boolean => named.get(deployment.group)?.length === 1;
    const exact = [...named].filter(([name]) => !name.includes('*'));
    this.groups = new Map(
      exact.map(([name, members]) => [name, toGroup(name, members, members.length === 1)]),
    );
    // A wildcard's own deployment has no model until a name fills its star.
    const addressable = config.deployments.filter(({ model }) => !model.includes('*'));
    this.byId = new Map(
      addressable.map((member) => [member.id, toGroup(member.group, [member], lone(member))]),
    );
    this.wildcards = [...named]
      .filter(([name]) => name.includes('*'))
      .map(([name, deployments]) => toWildcard(name, deployments))
      .sort((left, right) => right.prefix - left.prefix || right.length - left.length);
  }

  /** Exact group, alias, deployment id, most specific wildcard; undefined when the name is none of these. */
  resolve(name: string): Group | undefined {
    let current = name;
    for (let step = 0; step <= MAX_ALIAS_STEPS; step++) {
      const group = this.groups.get(current);
      if (group !== undefined) return group;
      const alias = this.config.aliases.get(current);
      if (alias === undefined) return this.byId.get(current) ?? this.byWildcard(current);
      current = alias.model;
    }
    return undefined;
  }

  /** Groups to try after this one, by the caller's name, the group's, the name without its provider, the wildcard, or `*` for all. */
  fallbacksOf(name: string, group: Group): readonly string[] {
    const { fallbacks } = this.config.router;
    return (
      fallbacks.get(name) ??
      fallbacks.get(group.name) ??
      fallbacks.get(name.slice(name.indexOf('/') + 1)) ??
      fallbacks.get(group.configured) ??
      fallbacks.get('*') ??
      NONE
    );
  }

  private byWildcard(name: string): Group | undefined {
    const known = this.ready.get(name);
    if (known !== undefined) return known;
    for (const { pattern, deployments } of this.wildcards) {
      const match = pattern.exec(name);
      const group = match === null ? undefined : toWildcardGroup(name, match.slice(1), deployments);
      if (group === undefined) continue;
      if (this.ready.size >= MAX_READY_NAMES) this.ready.clear();
      this.ready.set(name, group);
      return group;
    }
    return undefined;
  }
}

const NONE: readonly string[] = [];

function byGroup(deployments: readonly Deployment[]): Map<string, Deployment[]> {
  const named = new Map<string, Deployment[]>();
  for (const deployment of deployments) {
    const members = named.get(deployment.group);
    if (members === undefined) named.set(deployment.group, [deployment]);
    else members.push(deployment);
  }
  return named;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function toWildcard(name: string, deployments: readonly Deployment[]): Wildcard {
  const pattern = new RegExp(`^${name.split('*').map(escaped).join('(.*)')}$`, 's');
  return { pattern, prefix: name.indexOf('*'), length: name.length, deployments };
}
