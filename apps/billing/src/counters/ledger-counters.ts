import { Inject, Injectable } from '@nestjs/common';
import { LiveConfig, windowEnd } from '@tollgate/config';
import { counterParts, type CounterParts } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import type { Seed } from '@tollgate/state';
import { correctionsOf } from '../ledger/corrections.js';
import { SpendSums, type SummedScope } from '../spend/spend-sums.js';
import { DATABASE } from '../tokens.js';
import { formerCounters } from './rotated-counters.js';

/** What the ledger says of a counter. */
export interface LedgerCounter {
  readonly counter: string;
  readonly nanos: number;
  /** The end of its window (epoch ms); null: it has none. */
  readonly resetAt: number | null;
}

/** Counters as the ledger has them: the rows of the scope whose calls were let in within the window, and corrections. */
@Injectable()
export class LedgerCounters {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly sums: SpendSums,
    private readonly config: LiveConfig,
  ) {}

  /** Names that are none are left out. Exact at the moment of the read. */
  async exact(names: readonly string[]): Promise<LedgerCounter[]> {
    const asked = [...new Set(names)].flatMap((counter) => {
      const parts = counterParts(counter);
      return parts === undefined ? [] : [{ counter, parts, resetAt: this.endOf(parts) }];
    });
    if (asked.length === 0) return [];
    const sums = await this.sums.exact(
      asked.map(({ parts, resetAt }) => ({
        ...this.scopeOf(parts),
        ...(resetAt !== null && { until: resetAt }),
      })),
    );
    const corrections = await correctionsOf(
      this.database,
      asked.map(({ parts }) => parts),
    );
    return asked.map(({ counter, resetAt }, index) => ({
      counter,
      nanos: (sums[index] ?? 0) + (corrections[index] ?? 0),
      resetAt,
    }));
  }

  /** The same, to set counters of shared state to: those of a key that was rotated take over what its open calls hold. */
  async seeds(names: readonly string[]): Promise<Seed[]> {
    const [sums, former] = await Promise.all([this.exact(names), formerCounters(this.database, names)]);
    return sums.map((sum) => ({ ...sum, former: former.get(sum.counter) ?? [] }));
  }

  /** A user's own budget is of personal keys, unless the config binds team keys too. */
  scopeOf({ scope, model, start }: CounterParts): SummedScope {
    const { userBindsTeamKeys } = this.config.current.general.budgets;
    const kind = scope.kind === 'user' && !userBindsTeamKeys ? 'personal' : scope.kind;
    return { kind, value: scope.id, from: start, model };
  }

  private endOf({ window, start }: CounterParts): number | null {
    return window === null ? null : windowEnd(window, start, this.config.current.general.timeZone);
  }
}
