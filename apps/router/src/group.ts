import { parseModel, type Deployment } from '@tollgate/config';
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

export function toGroup(name: string, deployments: readonly Deployment[], isLone: boolean): Group {
  return grouped(
    name,
    deployments.map((deployment) => {
      const { provider, model: upstreamModel } = deployment;
      return toCandidate(deployment, { provider, upstreamModel, isLone, isWildcard: false });
    }),
  );
}

/**
 * A wildcard group as one name reaches it: what its stars stand for is carried into the deployments' models. Provider `*` is
 * told by the name. Undefined when no deployment of it can serve the name.
 */
export function toWildcardGroup(
  name: string,
  stars: readonly string[],
  deployments: readonly Deployment[],
): Group | undefined {
  const candidates = deployments.flatMap((deployment): Candidate[] => {
    const target = targetOf(deployment, stars);
    if (target === undefined) return [];
    const isLone = deployments.length === 1;
    return [toCandidate(deployment, { ...target, isLone, isWildcard: true })];
  });
  return candidates.length === 0 ? undefined : grouped(name, candidates);
}

function grouped(name: string, candidates: readonly Candidate[]): Group {
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

function untaggedOf(candidates: readonly Candidate[]): Group['untagged'] {
  if (candidates.some(({ tags }) => tags.has('default'))) return 'default';
  return candidates.some(({ tags }) => tags.size === 0) ? 'tagless' : 'all';
}

function targetOf(
  { provider, model }: Deployment,
  stars: readonly string[],
): { provider: string; upstreamModel: string } | undefined {
  let next = 0;
  const upstreamModel = model.replaceAll('*', () => stars[next++] ?? '');
  if (provider !== '*') return { provider, upstreamModel };
  const target = parseModel(upstreamModel, false);
  // NOTE a provider that is not known comes with a warning; callers must not make up names of providers.
  if ('problem' in target || target.warning !== undefined || target.provider === '*') return undefined;
  return { provider: target.provider, upstreamModel: target.model };
}
