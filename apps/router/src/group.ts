import type { Deployment, NamedDeployments } from '@tollgate/config';
import { toCandidate, type Candidate } from './candidate.js';

export type { Candidate } from './candidate.js';

/** What a model name stands for. */
export interface Group {
  /** As it is shown and billed: the `model_name`, or the caller's full name when that is a wildcard. */
  readonly name: string;
  /** The `model_name` of the config. */
  readonly configured: string;
  /** By `order`, lowest first; deployments without one come last. No tier is empty. */
  readonly tiers: readonly (readonly Candidate[])[];
  readonly candidates: readonly Candidate[];
  /** Who serves calls that no deployment's tags speak of: those tagged `default`, else those without tags, else all. */
  readonly untagged: 'default' | 'tagless' | 'all';
  /** Whether any deployment of it is set up so: where none is, calls need not ask each. */
  readonly any: {
    readonly blocked: boolean;
    readonly sizeLimit: boolean;
    readonly parallelLimit: boolean;
    readonly budget: boolean;
  };
}

/** Whom a name reaches, for the router. */
export function groupOf({ name, members, isLone, isWildcard }: NamedDeployments): Group {
  const candidates = members.map(({ deployment, provider, upstreamModel }) =>
    toCandidate(deployment, { provider, upstreamModel, isLone, isWildcard }),
  );
  const orders = [...new Set(candidates.map(({ order }) => order))].sort((left, right) => left - right);
  const tiers = orders.map((order) => candidates.filter((candidate) => candidate.order === order));
  const configured = candidates[0]?.deployment.group ?? name;
  const any = (test: (deployment: Deployment) => boolean): boolean =>
    candidates.some(({ deployment }) => test(deployment));
  return {
    name,
    configured,
    tiers,
    candidates,
    untagged: untaggedOf(candidates),
    any: {
      blocked: any(({ blocked }) => blocked),
      sizeLimit: any(({ limits }) => limits.maxRequestBytes !== undefined),
      parallelLimit: any(({ maxParallelRequests }) => maxParallelRequests !== null),
      budget: any(({ budget }) => budget !== null),
    },
  };
}

/** One of a group's deployments by itself; undefined when it is none of them. */
export function memberOf(group: Group, deploymentId: string): Group | undefined {
  const members = group.candidates.filter(({ deployment }) => deployment.id === deploymentId);
  const [member] = members;
  return (
    member && groupOf({ name: group.name, members, isLone: member.isLone, isWildcard: member.isWildcard })
  );
}

function untaggedOf(candidates: readonly Candidate[]): Group['untagged'] {
  if (candidates.some(({ tags }) => tags.has('default'))) return 'default';
  return candidates.some(({ tags }) => tags.size === 0) ? 'tagless' : 'all';
}
