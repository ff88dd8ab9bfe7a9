import type { RouterSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import type { Candidate, Group } from '../group.js';
import type { RoutingView } from '../routing-view.js';

/** What went wrong in one group so far, by deployment id. */
export interface Failures {
  /** Was tried; another goes first while there is one. */
  readonly tried: ReadonlySet<string>;
  /** Will not do in this call, however often it is asked. */
  readonly unfit: ReadonlySet<string>;
}

/** A call that looks for a deployment of a group, and what is known at that moment. */
export interface Search {
  readonly group: Group;
  readonly call: CallHeader;
  readonly view: RoutingView;
  readonly config: RouterSettings;
  readonly failures: Failures | undefined;
  /** Ids of deployments that are out of the question for now: one that is being asked already, say. */
  readonly excluded: ReadonlySet<string> | undefined;
  /** Ids of half-open deployments whose probe another call has taken a moment ago. */
  readonly probed: ReadonlySet<string> | undefined;
}

export type DropKind =
  | 'blocked'
  | 'cooling'
  | 'provider-limit'
  | 'context-window'
  | 'region'
  | 'size'
  | 'capability'
  | 'tags'
  | 'parallel'
  | 'rate'
  | 'budget'
  | 'excluded'
  | 'unfit'
  | 'tried'
  | 'order';

/** A deployment that is left out. */
export interface Drop {
  readonly deploymentId: string;
  /** Short, for people, with the numbers that decided. */
  readonly reason: string;
  readonly kind: DropKind;
  /** Epoch ms: when the reason ends of itself; null: it does not, or nobody knows when. */
  readonly until: number | null;
}

/** Why a candidate is left out; null: it stays. */
export type Test = (candidate: Candidate, search: Search) => Drop | null;

/**
 * What has to be asked of each deployment in this search; null: nothing, no deployment can be lost. A candidate is looked at
 * for itself, so the order of filters decides which reason is given and never who is left.
 */
export type Filter = (search: Search) => Test | null;

export const dropped = (
  { deployment }: Candidate,
  kind: DropKind,
  { reason, until = null }: { readonly reason: string; readonly until?: number | null },
): Drop => ({ deploymentId: deployment.id, reason, kind, until });

/** The same array when all of them stay; else those that stay, and the others are added to `drops`. */
export function sift(
  candidates: readonly Candidate[],
  test: Test,
  { search, drops }: { readonly search: Search; readonly drops: Drop[] },
): readonly Candidate[] {
  let left: Candidate[] | undefined;
  let seen = 0;
  for (const candidate of candidates) {
    const drop = test(candidate, search);
    if (drop === null) left?.push(candidate);
    else {
      left ??= candidates.slice(0, seen);
      drops.push(drop);
    }
    seen += 1;
  }
  return left ?? candidates;
}
