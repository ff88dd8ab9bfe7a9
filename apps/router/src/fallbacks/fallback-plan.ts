import { matchesPattern, type RouterSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import type { Catalogue } from '../catalogue.js';
import type { Group } from '../group.js';
import type { FailureKind } from './failure-kind.js';
import { fallbacksOf } from './fallback-chains.js';

/** LiteLLM's word for "every model of the gateway". */
const ALL_MODELS = 'all-proxy-models';

/** Whether a key may call a model by this name; an empty list allows all. */
const mayCall = ({ principal }: CallHeader, name: string): boolean =>
  principal.models.length === 0 ||
  principal.models.some((allowed) => allowed === ALL_MODELS || matchesPattern(allowed, name));

export interface Skipped {
  readonly name: string;
  readonly reason: 'not-allowed' | 'unknown';
}

export interface PlanOptions {
  /** The group that failed first. */
  readonly first: Group;
  readonly kind: FailureKind;
  readonly router: RouterSettings;
  /** The answer must come from the model that was named. */
  readonly deterministic: boolean;
}

/** The groups that a call may still move to: each once, the fallbacks of a fallback before its sisters, `maxFallbacks` in all. */
export class FallbackPlan {
  readonly skipped: Skipped[] = [];
  /** The first group's own. */
  readonly fallbacks: readonly string[];
  private readonly pending: string[] = [];
  private readonly attempted: Set<string>;
  private taken: { readonly name: string; readonly group: Group } | undefined;
  private left: number;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly header: CallHeader,
    private readonly options: PlanOptions,
  ) {
    const { first, router } = options;
    const isOff = header.disableFallbacks === true || options.deterministic;
    this.left = isOff ? 0 : router.maxFallbacks;
    this.fallbacks = isOff ? [] : fallbacksOf(header.model, first, { header, ...options });
    this.attempted = new Set([first.name]);
    this.pending.push(...this.fallbacks);
  }

  next(): Group | undefined {
    while (this.left > 0) {
      const name = this.pending.shift();
      if (name === undefined) return undefined;
      const group = this.catalogue.resolve(name);
      if (group === undefined) this.skipped.push({ name, reason: 'unknown' });
      else if (this.attempted.has(group.name)) continue;
      else if (!mayCall(this.header, name) && !mayCall(this.header, group.name))
        this.skipped.push({ name, reason: 'not-allowed' });
      else return this.take(name, group);
    }
    return undefined;
  }

  /** The group that `next` gave last has failed too: the fallbacks that it has for such a failure come first. */
  failed(kind: FailureKind): void {
    const { header, options, taken } = this;
    this.taken = undefined;
    // The caller's own list is the whole of what the caller wants.
    if (taken === undefined || header.fallbacks !== undefined) return;
    this.pending.unshift(...fallbacksOf(taken.name, taken.group, { header, router: options.router, kind }));
  }

  private take(name: string, group: Group): Group {
    this.left -= 1;
    this.attempted.add(group.name);
    this.taken = { name, group };
    return group;
  }
}
