import { Inject, Injectable } from '@nestjs/common';
import { STATE, type State } from '@tollgate/state';
import { Backlog } from './backlog.js';
import { Charges } from './charges.js';
import { KnownCounters } from './known-counters.js';
import { LedgerCounters } from './ledger-counters.js';
import { Turns } from './turns.js';

/** Sets counters that shared state does not know. */
@Injectable()
export class CounterSeeds {
  constructor(
    @Inject(STATE) private readonly state: State,
    private readonly turns: Turns,
    private readonly backlog: Backlog,
    private readonly charges: Charges,
    private readonly ledger: LedgerCounters,
    private readonly known: KnownCounters,
  ) {}

  /** Answers how many were set; one that another replica has set meanwhile is left alone. */
  async seed(names: readonly string[]): Promise<number> {
    await this.backlog.caughtUp();
    return this.turns.setting(async () => {
      await this.charges.tell();
      const seeded = await this.state.seed(await this.ledger.seeds(names));
      this.known.note(names);
      return seeded.length;
    });
  }
}
