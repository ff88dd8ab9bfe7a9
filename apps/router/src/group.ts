import { parseModel, type Deployment } from '@tollgate/config';

/** A deployment as it is reached by one name: its provider and model are settled. */
export interface Candidate {
  readonly deployment: Deployment;
  readonly provider: string;
  readonly upstreamModel: string;
  /** Shares of the load by `weight`, `rpm`, `tpm`; 0: none was given. */
  readonly shares: readonly [number, number, number];
  /** No other deployment has the name. */
  readonly isLone: boolean;
  /** Serves names that the config does not know: one of them failing says nothing about the others. */
  readonly isWildcard: boolean;
}

/** What a model name stands for. */
export interface Group {
  /** As it is shown and billed: the `model_name`, or the caller's full name when that is a wildcard. */
  readonly name: string;
  /** The `model_name` of the config. */
  readonly configured: string;
  /** By `order`, lowest first; deployments without one come last. No tier is empty. */
  readonly tiers: readonly (readonly Candidate[])[];
  readonly candidates: readonly Candidate[];
}

export function toGroup(name: string, deployments: readonly Deployment[], isLone: boolean): Group {
  return grouped(
    name,
    deployments.map((deployment) => ({
      deployment,
      provider: deployment.provider,
      upstreamModel: deployment.model,
      shares: sharesOf(deployment),
      isLone,
      isWildcard: false,
    })),
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
    return [{ deployment, ...target, shares: sharesOf(deployment), isLone, isWildcard: true }];
  });
  return candidates.length === 0 ? undefined : grouped(name, candidates);
}

function grouped(name: string, candidates: readonly Candidate[]): Group {
  const orders = [...new Set(candidates.map(orderOf))].sort((left, right) => left - right);
  const tiers = orders.map((order) => candidates.filter((candidate) => orderOf(candidate) === order));
  return { name, configured: candidates[0]?.deployment.group ?? name, tiers, candidates };
}

const orderOf = ({ deployment }: Candidate): number => deployment.order ?? Number.POSITIVE_INFINITY;

const sharesOf = ({ weight, rpm, tpm }: Deployment): [number, number, number] => [
  weight ?? 0,
  rpm ?? 0,
  tpm ?? 0,
];

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
