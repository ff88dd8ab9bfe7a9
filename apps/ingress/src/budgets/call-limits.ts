import { matchesPattern, windowEnd, windowStart } from '@tollgate/config';
import {
  counterName,
  scopeName,
  type Budget,
  type Limits,
  type RateLimits,
  type ScopeRecord,
} from '@tollgate/contracts';
import type { BudgetLimit, Scope } from '@tollgate/state';

/** What binds one call: rate limits and hard budgets. */
export interface CallLimits {
  readonly scopes: Scope[];
  readonly budgets: BudgetLimit[];
}

/** A scope's limits, ready for calls. */
interface Compiled {
  readonly name: string;
  readonly changedAt: number;
  readonly general: Part | null;
  readonly models: readonly { readonly pattern: string; readonly part: Part }[];
  readonly increase: Limits['temporaryIncrease'];
}

interface Part {
  readonly scope: Scope | null;
  readonly budgets: readonly HardBudget[];
  /** Of the counters' names; empty: of every model. */
  readonly model: string;
}

interface HardBudget {
  readonly window: string | null;
  readonly maxNanos: number;
}

interface Window {
  readonly start: number;
  readonly end: number;
}

/** Works out what binds calls, from the records of their scopes. Records are replaced whole, never changed. */
export class LimitBook {
  private readonly compiled = new WeakMap<ScopeRecord, Compiled>();
  private readonly windows = new Map<string, Window>();

  constructor(private readonly timeZone: string) {}

  /** `model`: the name that was asked for. `now`: epoch ms. */
  of(records: readonly ScopeRecord[], model: string, now: number): CallLimits {
    const limits: CallLimits = { scopes: [], budgets: [] };
    for (const record of records) {
      const compiled = this.compiledOf(record);
      if (compiled.general !== null) this.add(limits, compiled, compiled.general, now);
      for (const { pattern, part } of compiled.models)
        if (matchesPattern(pattern, model)) this.add(limits, compiled, part, now);
    }
    return limits;
  }

  private compiledOf(record: ScopeRecord): Compiled {
    let compiled = this.compiled.get(record);
    if (compiled === undefined) {
      compiled = compile(record);
      this.compiled.set(record, compiled);
    }
    return compiled;
  }

  private add(limits: CallLimits, { name, changedAt, increase }: Compiled, part: Part, now: number): void {
    if (part.scope !== null) limits.scopes.push(part.scope);
    const more = increase !== null && now < increase.until ? increase.nanos : 0;
    for (const { window, maxNanos } of part.budgets) {
      const { start, end } = this.windowAt(window, now);
      limits.budgets.push({
        counter: counterName(name, window, start, part.model),
        scope: name,
        window,
        maxNanos: maxNanos + more,
        resetAt: end === Infinity ? null : end,
        countedSince: changedAt,
      });
    }
  }

  private windowAt(window: string | null, now: number): Window {
    if (window === null) return EVER;
    const known = this.windows.get(window);
    if (known !== undefined && now >= known.start && now < known.end) return known;
    const found = {
      start: windowStart(window, now, this.timeZone),
      end: windowEnd(window, now, this.timeZone),
    };
    this.windows.set(window, found);
    return found;
  }
}

const EVER: Window = { start: 0, end: Infinity };

function compile(record: ScopeRecord): Compiled {
  const name = scopeName(record);
  const { limits } = record;
  const models = Object.entries(limits.models).flatMap(([pattern, own]) => {
    const part = toPart(`${name}|${pattern}`, own, pattern);
    return part === null ? [] : [{ pattern, part }];
  });
  const { changedAt = 0 } = record;
  return { name, changedAt, general: toPart(name, limits, ''), models, increase: limits.temporaryIncrease };
}

function toPart(id: string, limits: RateLimits, model: string): Part | null {
  const { requestsPerMinute, tokensPerMinute, maxParallelRequests } = limits;
  const isRated = requestsPerMinute !== null || tokensPerMinute !== null || maxParallelRequests !== null;
  const budgets = limits.budgets.flatMap(hardOf);
  if (!isRated && budgets.length === 0) return null;
  const scope = isRated ? { id, requestsPerMinute, tokensPerMinute, maxParallelRequests } : null;
  return { scope, budgets, model };
}

const hardOf = ({ window, maxNanos }: Budget): HardBudget[] =>
  maxNanos === null ? [] : [{ window, maxNanos }];
