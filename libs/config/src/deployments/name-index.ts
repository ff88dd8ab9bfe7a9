import type { Deployment, GatewayConfig } from '../gateway-config.js';
import { parseModel } from './provider-names.js';

/** An alias may name an alias; more steps than this are taken for a circle. */
const MAX_ALIAS_STEPS = 10;
/** Names that wildcards were asked for and that are kept ready. */
const MAX_READY_NAMES = 1_000;

/** A deployment as a name reaches it: of a wildcard, with what its stars stand for carried into the model. */
export interface NamedDeployment {
  readonly deployment: Deployment;
  readonly provider: string;
  readonly upstreamModel: string;
}

export interface NamedDeployments {
  /** As it is shown and billed: the `model_name`, or the caller's full name when that is a wildcard. */
  readonly name: string;
  /** Never empty. */
  readonly members: readonly NamedDeployment[];
  /** The name of the config stands for a single deployment. */
  readonly isLone: boolean;
  readonly isWildcard: boolean;
}

interface Wildcard {
  readonly pattern: RegExp;
  readonly prefix: number;
  readonly length: number;
  readonly deployments: readonly Deployment[];
}

/** What every name of a config stands for, as entries of the caller's making, worked out once: a call costs a look-up. */
export class NameIndex<Entry> {
  private readonly groups: ReadonlyMap<string, Entry>;
  private readonly byId: ReadonlyMap<string, Entry>;
  private readonly wildcards: readonly Wildcard[];
  private readonly ready = new Map<string, Entry>();

  constructor(
    private readonly config: Pick<GatewayConfig, 'deployments' | 'aliases'>,
    private readonly toEntry: (named: NamedDeployments) => Entry,
  ) {
    const named = byGroup(config.deployments);
    const exact = [...named].filter(([name]) => !name.includes('*'));
    this.groups = new Map(exact.map(([name, members]) => [name, this.exact(name, members, members.length)]));
    // A wildcard's own deployment has no model until a name fills its star.
    const addressable = config.deployments.filter(({ model }) => !model.includes('*'));
    this.byId = new Map(
      addressable.map((member) => {
        const size = named.get(member.group)?.length ?? 0;
        return [member.id, this.exact(member.group, [member], size)];
      }),
    );
    this.wildcards = [...named]
      .filter(([name]) => name.includes('*'))
      .map(([name, deployments]) => toWildcard(name, deployments))
      .sort((left, right) => right.prefix - left.prefix || right.length - left.length);
  }

  /** Exact group, alias, deployment id, most specific wildcard; undefined when the name is none of these. */
  resolve(name: string): Entry | undefined {
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

  private exact(name: string, deployments: readonly Deployment[], size: number): Entry {
    const members = deployments.map((deployment) => {
      return { deployment, provider: deployment.provider, upstreamModel: deployment.model };
    });
    return this.toEntry({ name, members, isLone: size === 1, isWildcard: false });
  }

  private byWildcard(name: string): Entry | undefined {
    const known = this.ready.get(name);
    if (known !== undefined) return known;
    for (const { pattern, deployments } of this.wildcards) {
      const match = pattern.exec(name);
      const members = match === null ? [] : deployments.flatMap((own) => reached(own, match.slice(1)));
      if (members.length === 0) continue;
      const entry = this.toEntry({ name, members, isLone: deployments.length === 1, isWildcard: true });
      if (this.ready.size >= MAX_READY_NAMES) this.ready.clear();
      this.ready.set(name, entry);
      return entry;
    }
    return undefined;
  }
}

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

/** What the stars of a name stand for is carried into the deployment's model. Provider `*` is told by the name. */
function reached(deployment: Deployment, stars: readonly string[]): NamedDeployment[] {
  let next = 0;
  const { provider } = deployment;
  const upstreamModel = deployment.model.replaceAll('*', () => stars[next++] ?? '');
  if (provider !== '*') return [{ deployment, provider, upstreamModel }];
  const target = parseModel(upstreamModel, false);
  // NOTE a provider that is not known comes with a warning; callers must not make up names of providers.
  if ('problem' in target || target.warning !== undefined || target.provider === '*') return [];
  return [{ deployment, provider: target.provider, upstreamModel: target.model }];
}
