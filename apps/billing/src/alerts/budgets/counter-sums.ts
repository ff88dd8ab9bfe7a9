import { Inject, Injectable } from '@nestjs/common';
import { counterParts } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { STATE, type State } from '@tollgate/state';
import { LedgerCounters } from '../../counters/ledger-counters.js';
import { correctionsOf } from '../../ledger/corrections.js';
import { SpendSums } from '../../spend/spend-sums.js';
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
    private readonly counters: LedgerCounters,
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
      parts.map(({ parsed }) => this.counters.scopeOf(parsed)),
      this.clock.now(),
    );
    const corrections = await correctionsOf(
      this.database,
      parts.map(({ parsed }) => parsed),
    );
    return parts.map(({ counter }, index) => [counter, (sums[index] ?? 0) + (corrections[index] ?? 0)]);
  }
}
