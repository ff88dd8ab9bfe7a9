import type { Candidate, Group } from './group.js';

/** What went wrong in one group so far, by deployment id. */
export interface Failures {
  /** Was tried; another goes first while there is one. */
  readonly tried: Set<string>;
  /** Will not do in this call, however often it is asked. */
  readonly unfit: Set<string>;
}

export type DropReason = 'cooling' | 'unfit' | 'tried' | 'order';

export interface Selection {
  /** Those to pick from; empty when there is none. */
  readonly candidates: readonly Candidate[];
  /** They were not tried in this call: no need to wait before one is. */
  readonly isFresh: boolean;
}

/** Leaves out what cools and what is unfit; then prefers the untried, then the lowest order. */
export function select(
  group: Group,
  cooling: ReadonlyMap<string, number>,
  failures: Failures | undefined,
): Selection {
  const [first = NONE] = group.tiers;
  if (cooling.size === 0 && failures === undefined) return { candidates: first, isFresh: true };
  const usable = ({ deployment: { id } }: Candidate): boolean =>
    !cooling.has(id) && failures?.unfit.has(id) !== true;
  const untried = (candidate: Candidate): boolean =>
    usable(candidate) && failures?.tried.has(candidate.deployment.id) !== true;
  const fresh = firstTier(group, untried);
  return fresh.length > 0
    ? { candidates: fresh, isFresh: true }
    : { candidates: firstTier(group, usable), isFresh: false };
}

function firstTier(group: Group, fits: (candidate: Candidate) => boolean): readonly Candidate[] {
  for (const tier of group.tiers) {
    const left = tier.filter(fits);
    if (left.length > 0) return left;
  }
  return NONE;
}

const NONE: readonly Candidate[] = [];

/** Why each deployment of the group that is not among the candidates was left out. */
export function dropped(
  group: Group,
  { candidates }: Selection,
  { cooling, failures }: { cooling: ReadonlyMap<string, number>; failures: Failures | undefined },
): { readonly deploymentId: string; readonly reason: DropReason }[] {
  if (candidates.length === group.candidates.length) return [];
  const reasonOf = (id: string): DropReason => {
    if (cooling.has(id)) return 'cooling';
    if (failures?.unfit.has(id) === true) return 'unfit';
    return failures?.tried.has(id) === true ? 'tried' : 'order';
  };
  return group.candidates
    .filter((candidate) => !candidates.includes(candidate))
    .map(({ deployment: { id } }) => ({ deploymentId: id, reason: reasonOf(id) }));
}

/**
 * One candidate by share of the load: by `weight`, else `rpm`, else `tpm`, the first of them that any candidate has;
 * evenly when none has any (LiteLLM's simple-shuffle). `random` gives numbers in [0, 1).
 */
export function pick(candidates: readonly Candidate[], random: () => number): Candidate | undefined {
  if (candidates.length <= 1) return candidates[0];
  for (const metric of METRICS) {
    let total = 0;
    for (const { shares } of candidates) total += shares[metric];
    if (total <= 0) continue;
    let point = random() * total;
    for (const candidate of candidates) {
      point -= candidate.shares[metric];
      if (point < 0) return candidate;
    }
    // Rounding may leave a last crumb: it belongs to the last one that has a share.
    return candidates.findLast(({ shares }) => shares[metric] > 0);
  }
  return candidates[Math.floor(random() * candidates.length)];
}

const METRICS = [0, 1, 2] as const;
