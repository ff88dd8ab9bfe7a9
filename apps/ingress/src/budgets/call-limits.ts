import { matchesPattern, windowEnd, windowStart } from '@tollgate/config';
import { counterName, scopeName, type Limits, type RateLimits, type ScopeRecord } from '@tollgate/contracts';
import type { BudgetLimit, Scope } from '@tollgate/state';

/** What binds one call: rate limits and hard budgets. */
export interface CallLimits {
  readonly scopes: Scope[];
  readonly budgets: BudgetLimit[];
}

/** A scope's limits, ready for calls. */
interface Compiled {
  readonly general: Part | null;
  readonly models: readonly { readonly pattern: string; readonly part: Part }[];
  readonly increase: Limits['temporaryIncrease'];
}

interface Part {
  readonly scope: Scope | null;
  readonly budgets: readonly HardBudget[];
}

/** Whose a budget is. */
interface Spender {
  readonly name: string;
  readonly changedAt: number;
  /** Of the counters' names; empty: of every model. */
  readonly model: string;
}

interface Window {
  readonly start: number;
  readonly end: number;
}

/** A budget that is not to be overspent. What it is to state is put together once a window, not once a call. */
class HardBudget {
  private opened: Window | null = null;
  private limit: BudgetLimit | null = null;

  constructor(
    private readonly spender: Spender,
    readonly window: string | null,
    private readonly maxNanos: number,
  ) {}

  /** @param more is allowed for a while. */
  in(opened: Window, more: number): BudgetLimit {
    const maxNanos = this.maxNanos + more;
    if (this.limit === null || this.opened !== opened || this.limit.maxNanos !== maxNanos) {
      const { name, changedAt, model } = this.spender;
      this.opened = opened;
      this.limit = {
        counter: counterName(name, this.window, opened.start, model),
        scope: name,
        window: this.window,
        maxNanos,
        resetAt: opened.end === Infinity ? null : opened.end,
        countedSince: changedAt,
      };
    }
    return this.limit;
  }
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

  private add(limits: CallLimits, { increase }: Compiled, part: Part, now: number): void {
    if (part.scope !== null) limits.scopes.push(part.scope);
    const more = increase !== null && now < increase.until ? increase.nanos : 0;
    for (const budget of part.budgets)
      limits.budgets.push(budget.in(this.windowAt(budget.window, now), more));
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
  const { limits, changedAt = 0 } = record;
  const models = Object.entries(limits.models).flatMap(([pattern, own]) => {
    const part = toPart(`${name}|${pattern}`, own, { name, changedAt, model: pattern });
    return part === null ? [] : [{ pattern, part }];
  });
  const general = toPart(name, limits, { name, changedAt, model: '' });
  return { general, models, increase: limits.temporaryIncrease };
}

function toPart(id: string, limits: RateLimits, spender: Spender): Part | null {
  const { requestsPerMinute, tokensPerMinute, maxParallelRequests } = limits;
  const isRated = requestsPerMinute !== null || tokensPerMinute !== null || maxParallelRequests !== null;
  const budgets = limits.budgets.flatMap(({ window, maxNanos }) =>
    maxNanos === null ? [] : [new HardBudget(spender, window, maxNanos)],
  );
  if (!isRated && budgets.length === 0) return null;
  const scope = isRated ? { id, requestsPerMinute, tokensPerMinute, maxParallelRequests } : null;
  return { scope, budgets };
}
