import type { GatewayError } from '@tollgate/contracts';
import type { Candidate, Group } from './group.js';
import type { DeploymentHealth } from './health/deployment-health.js';
import type { Progress } from './progress.js';
import { retryOf } from './retries/retry.js';
import type { RoutingView } from './routing-view.js';
import { select, whyNone, type Drop, type Failures, type Selection } from './selection.js';
import { choose } from './strategies/choose.js';

/** Most calls go well at once: sets are made for those that do not. */
const NONE: ReadonlySet<string> = new Set();

/** What was tried in one group and how it failed. */
export class Tried implements Failures {
  tried = NONE;
  unfit = NONE;

  get isEmpty(): boolean {
    return this.tried.size === 0;
  }

  /** A provider without a worker fails all its deployments; an error of class `other` fails this one for good. */
  add(group: Group, { deployment, provider }: Candidate, error: GatewayError): void {
    this.tried = new Set(this.tried).add(deployment.id);
    if (retryOf(error) !== 'other') return;
    const unfit = new Set(this.unfit).add(deployment.id);
    this.unfit = unfit;
    if (error.code !== 'provider_unavailable') return;
    for (const other of group.candidates) {
      if (other.provider === provider) unfit.add(other.deployment.id);
    }
  }

  /** The same and one more. */
  with({ deployment }: Candidate): Tried {
    const more = new Tried();
    more.tried = new Set(this.tried).add(deployment.id);
    more.unfit = this.unfit;
    return more;
  }
}

/** What is left of a group for a call, and which of it was chosen. */
export interface Chosen extends Selection {
  readonly candidate: Candidate | undefined;
}

interface PickOptions {
  /** None that was tried. */
  readonly freshOnly?: boolean;
  /** Ids of deployments whose probe another call has taken a moment ago. */
  readonly probed?: ReadonlySet<string>;
}

interface PickerParts {
  readonly health: DeploymentHealth;
  readonly view: RoutingView;
}

/** Chooses deployments: filters, affinity, strategy, and the claim of a probe. */
export class Picker {
  constructor(
    private readonly parts: PickerParts,
    private readonly random: () => number,
  ) {}

  /**
   * A deployment that may be called now; it is noted in the call's decision. It must be called: it may have been given the one
   * probe of its circuit. A promise where whether it may be the probe must be asked.
   */
  pick(call: Progress, group: Group, tried: Tried, options: PickOptions = {}): Chosen | Promise<Chosen> {
    const chosen = this.peek(call, group, tried, options.probed);
    const { candidate, isFresh } = chosen;
    if (candidate === undefined) return chosen;
    if (options.freshOnly === true && !isFresh) return { ...chosen, candidate: undefined };
    const { health, view } = this.parts;
    const entered = view.allClosed || health.enter(candidate, call.idOfAttempt(call.attempts + 1));
    if (entered === true) return this.noted(call, group, chosen);
    return entered.then((mayProbe) => {
      if (mayProbe) return this.noted(call, group, chosen);
      // Another call probes it at the moment.
      const probed = new Set(options.probed).add(candidate.deployment.id);
      return this.pick(call, group, tried, { ...options, probed });
    });
  }

  /** Like `pick`, but nothing is claimed. */
  look(call: Progress, group: Group, tried: Tried): Chosen {
    return this.noted(call, group, this.peek(call, group, tried));
  }

  /** Like `look`, but nothing is noted. */
  peek(call: Progress, group: Group, tried: Tried, probed?: ReadonlySet<string>): Chosen {
    const { header, table, excluded } = call;
    const { router } = table;
    const { view } = this.parts;
    const failures = tried.isEmpty ? undefined : tried;
    const selection = select(group, header, { view, config: router, failures, excluded, probed });
    const strategy = this.strategyOf(call, group);
    const { affinity, strategyArguments: args } = router;
    const { random } = this;
    const candidate = choose(selection.candidates, { call: header, view, random, args, strategy, affinity });
    const { candidates, isFresh, dropped } = selection;
    return { candidates, isFresh, dropped, candidate };
  }

  /** Nothing was left: the error that says why. */
  noneLeft(call: Progress, group: Group, selection: Selection): GatewayError {
    const { view } = this.parts;
    const error = whyNone(group, selection, { call: call.header, view, config: call.table.router });
    const { dropped } = selection;
    call.note({
      at: call.elapsedMs,
      step: 'none-left',
      group: group.name,
      code: error.code,
      dropped: reasonsOf(dropped),
    });
    return error;
  }

  /** The quickest answer that any of them is known to have given (ms); 0 while one is unknown. */
  quickestMs(candidates: readonly Candidate[]): number {
    const { view } = this.parts;
    let quickest = Infinity;
    for (const { deployment } of candidates) {
      const { samples } = view.stats(deployment.id);
      if (samples.length === 0) return 0;
      for (const { latencyMs, firstTokenMs } of samples)
        quickest = Math.min(quickest, firstTokenMs ?? latencyMs);
    }
    return quickest === Infinity ? 0 : quickest;
  }

  private strategyOf(call: Progress, group: Group) {
    const { router } = call.table;
    return call.table.settingsOf(group.name, group).routingStrategy ?? router.routingStrategy;
  }

  private noted(call: Progress, group: Group, chosen: Chosen): Chosen {
    const { candidate, candidates, dropped } = chosen;
    if (candidate === undefined) return chosen;
    call.note({
      at: call.elapsedMs,
      step: 'picked',
      attempt: call.attempts + 1,
      group: group.name,
      deploymentId: candidate.deployment.id,
      strategy: this.strategyOf(call, group),
      candidates: idsOf(candidates),
      dropped: reasonsOf(dropped),
    });
    return chosen;
  }
}

/** A group's own lists come again and again: what is said of them is written out once. */
function writtenOnce<Item, Written>(write: (item: Item) => Written): (list: readonly Item[]) => Written[] {
  const known = new WeakMap<readonly Item[], Written[]>();
  return (list) => {
    let written = known.get(list);
    if (written === undefined) known.set(list, (written = list.map(write)));
    return written;
  };
}

const reasonsOf = writtenOnce(({ deploymentId, reason }: Drop) => ({ deploymentId, reason }));
const idsOf = writtenOnce(({ deployment }: Candidate) => deployment.id);
