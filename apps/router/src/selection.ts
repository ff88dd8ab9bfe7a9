import type { RouterSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { dropped, sift, type Drop, type Failures, type Search, type Test } from './filters/filter.js';
import { FILTERS } from './filters/filters.js';
import type { Candidate, Group } from './group.js';
import type { RoutingView } from './routing-view.js';

export type { Drop, Failures } from './filters/filter.js';
export { whyNone } from './filters/why-none.js';

export interface Selection {
  /** Those to pick from; empty when there is none. */
  readonly candidates: readonly Candidate[];
  /** They were not tried in this call: no need to wait before one is. */
  readonly isFresh: boolean;
  /** All others of the group, and why they were left out. */
  readonly dropped: readonly Drop[];
}

export interface SelectOptions {
  readonly view: RoutingView;
  readonly config: RouterSettings;
  readonly failures?: Failures | undefined;
  /** Ids of deployments that are out of the question for now: one that is being asked already, say. */
  readonly excluded?: ReadonlySet<string> | undefined;
  /** Ids of half-open deployments whose probe another call has taken a moment ago. */
  readonly probed?: ReadonlySet<string> | undefined;
}

/**
 * Who may be asked: those of the group that no filter drops; of them the untried, if there is one; of them the lowest order.
 * Where nothing is left out, the answer is the group's own and nothing is made for the call.
 */
export function select(
  group: Group,
  call: CallHeader,
  { view, config, failures, excluded, probed }: SelectOptions,
): Selection {
  const search: Search = { group, call, view, config, failures, excluded, probed };
  const drops: Drop[] = [];
  let left = group.candidates;
  for (const filter of FILTERS) {
    const test = filter(search);
    if (test !== null) left = sift(left, test, { search, drops });
  }
  const untried = failures === undefined ? left : sift(left, isTried, { search, drops });
  if (untried === group.candidates) return whole(group);
  if (untried.length > 0) return { candidates: lowestOrder(untried, drops), isFresh: true, dropped: drops };
  const usable = drops.filter(({ kind }) => kind !== 'tried');
  return { candidates: lowestOrder(left, usable), isFresh: false, dropped: usable };
}

const isTried: Test = (candidate, { failures }) =>
  failures?.tried.has(candidate.deployment.id) === true
    ? dropped(candidate, 'tried', { reason: 'tried' })
    : null;

/** Adds the others to `drops`. */
function lowestOrder(candidates: readonly Candidate[], drops: Drop[]): readonly Candidate[] {
  let lowest = Number.POSITIVE_INFINITY;
  for (const { order } of candidates) if (order < lowest) lowest = order;
  if (!candidates.some(({ order }) => order > lowest)) return candidates;
  for (const candidate of candidates) {
    if (candidate.order <= lowest) continue;
    const own = candidate.order === Number.POSITIVE_INFINITY ? 'no order' : `order ${candidate.order}`;
    drops.push(dropped(candidate, 'order', { reason: `${own}, others have ${lowest}` }));
  }
  return candidates.filter(({ order }) => order === lowest);
}

/** What is selected of each group while nothing is wrong. */
const wholes = new WeakMap<Group, Selection>();

function whole(group: Group): Selection {
  let selection = wholes.get(group);
  if (selection === undefined) {
    const drops: Drop[] = [];
    lowestOrder(group.candidates, drops);
    wholes.set(group, (selection = { candidates: group.tiers[0] ?? [], isFresh: true, dropped: drops }));
  }
  return selection;
}
