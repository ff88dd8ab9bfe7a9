import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig, windowEnd, windowStart } from '@tollgate/config';
import {
  GatewayError,
  counterName,
  scopeName,
  seedCounters,
  type Budget,
  type Limits,
  type ScopeRef,
} from '@tollgate/contracts';
import { STATE, type CounterReading, type State } from '@tollgate/state';

/** A budget of a scope; `model`: of calls for that name only, empty: of all. */
export interface ScopeBudget {
  readonly scope: ScopeRef;
  readonly model: string;
  readonly budget: Budget;
}

/** Where a budget stands in the window that is running. */
export interface BudgetReading extends Omit<CounterReading, 'counter'> {
  /** Epoch ms; null: the budget has no window. */
  readonly resetsAt: number | null;
}

/** Names of one question. */
const A_QUESTION = 200;

/** Reads the counters that calls are held to, so that what is told is what is enforced. */
@Injectable()
export class BudgetReadings {
  constructor(
    @Inject(STATE) private readonly state: State,
    @Inject(BUS) private readonly bus: Bus,
    private readonly live: LiveConfig,
  ) {}

  /** In the order of the budgets; null: nothing counts it (it is not hard), or shared state is away. */
  async of(budgets: readonly ScopeBudget[]): Promise<(BudgetReading | null)[]> {
    const now = Date.now();
    const { timeZone } = this.live.current.general;
    const named = budgets.map(({ scope, model, budget: { window, maxNanos } }) => {
      if (maxNanos === null) return null;
      const start = window === null ? 0 : windowStart(window, now, timeZone);
      const resetsAt = window === null ? null : windowEnd(window, now, timeZone);
      return { name: counterName(scopeName(scope), window, start, model), resetsAt };
    });
    const readings = await this.readings([...new Set(named.flatMap((one) => one?.name ?? []))]);
    return named.map((one) => {
      const reading = one === null ? undefined : readings.get(one.name);
      return one === null || reading === undefined ? null : { ...reading, resetsAt: one.resetsAt };
    });
  }

  /**
   * What scopes have spent as LiteLLM means it: in the running window of their first budget, or ever (`totalNanos`) where that has no
   * window. In the order of the scopes.
   */
  async spent(
    scopes: readonly { readonly scope: ScopeRef; readonly limits: Limits; readonly totalNanos: number }[],
  ): Promise<number[]> {
    const budgets = scopes.map(
      ({
        scope,
        limits: {
          budgets: [budget],
        },
      }): ScopeBudget => {
        // Without a window the counter holds what the record does.
        const counted = budget?.window === null ? undefined : budget;
        return { scope, model: '', budget: counted ?? { window: null, maxNanos: null, softNanos: null } };
      },
    );
    const readings = await this.of(budgets);
    return scopes.map(({ totalNanos }, index) => {
      const reading = readings[index];
      return reading === null || reading === undefined ? totalNanos : reading.spentNanos + reading.dueNanos;
    });
  }

  /** By counter. Those that shared state does not know are seeded from the ledger. */
  private async readings(names: readonly string[]): Promise<ReadonlyMap<string, CounterReading>> {
    const found = new Map<string, CounterReading>();
    try {
      for (let at = 0; at < names.length; at += A_QUESTION) {
        const asked = names.slice(at, at + A_QUESTION);
        const unknown = await this.read(asked, found);
        if (unknown.length === 0) continue;
        await this.bus.request(seedCounters, { counters: unknown });
        await this.read(unknown, found);
      }
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
    }
    return found;
  }

  /** Returns the names that are unknown. */
  private async read(names: readonly string[], found: Map<string, CounterReading>): Promise<string[]> {
    const readings = await this.state.counters(names);
    for (const reading of readings) if (reading !== null) found.set(reading.counter, reading);
    return names.filter((name) => !found.has(name));
  }
}
