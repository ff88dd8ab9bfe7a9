import { Inject, Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { counterParts, type CounterParts } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { STATE, type State } from '@tollgate/state';
import { correctionsOf } from '../../ledger/corrections.js';
import { SpendSums, type SummedScope } from '../../spend/spend-sums.js';
import { DATABASE } from '../../tokens.js';
import { DELIVERY_CLOCK, type DeliveryClock } from '../delivery/alert-deliveries.js';
import type { SumSource } from './budget-sources.js';

/** What budgets stand at: the counters that calls are let in by, and the ledger's sums where there is none, as of a soft budget alone. */
@Injectable()
export class CounterSums implements SumSource {
  constructor(
    @Inject(STATE) private readonly state: State,
    private readonly ledger: SpendSums,
    @Inject(DATABASE) private readonly database: Database,
    private readonly config: LiveConfig,
    @Inject(DELIVERY_CLOCK) private readonly clock: DeliveryClock,
  ) {}

  async spentOf(counters: readonly string[]): Promise<ReadonlyMap<string, number>> {
    // Without shared state the ledger knows it all.
    const readings = await this.state.counters(counters).catch(() => []);
    const spent = new Map<string, number>();
    for (const reading of readings)
      if (reading !== null) spent.set(reading.counter, reading.spentNanos + reading.dueNanos);
    const rest = counters.filter((counter) => !spent.has(counter));
    for (const [counter, nanos] of await this.ofLedger(rest)) spent.set(counter, nanos);
    return spent;
  }

  private async ofLedger(counters: readonly string[]): Promise<[string, number][]> {
    const parts = counters.flatMap((counter) => {
      const parsed = counterParts(counter);
      return parsed === undefined ? [] : [{ counter, parsed }];
    });
    if (parts.length === 0) return [];
    const sums = await this.ledger.recent(
      parts.map(({ parsed }) => this.scopeOf(parsed)),
      this.clock.now(),
    );
    const corrections = await correctionsOf(
      this.database,
      parts.map(({ parsed }) => parsed),
    );
    return parts.map(({ counter }, index) => [counter, (sums[index] ?? 0) + (corrections[index] ?? 0)]);
  }

  /** A user's own budget is of personal keys, unless the config binds team keys too. */
  private scopeOf({ scope, model, start }: CounterParts): SummedScope {
    const { userBindsTeamKeys } = this.config.current.general.budgets;
    const kind = scope.kind === 'user' && !userBindsTeamKeys ? 'personal' : scope.kind;
    return { kind, value: scope.id, from: start, model };
  }
}
