import { Inject, Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { STATE, type State } from '@tollgate/state';
import type { JobSource, ScheduledJob } from '../jobs/scheduled-job.js';
import { Backlog } from './backlog.js';
import { holdsReleased } from './counter-events.js';

const EVERY_MS = 15_000;
const AT_ONCE = 500;

/**
 * Releases what calls hold that nobody settled and no usage was told of: their process died. Usage of a call is in the ledger long
 * before its grace ends, unless it waits somewhere; then it is still charged when it comes.
 */
@Injectable()
export class HoldSweeperJob implements JobSource {
  constructor(
    @Inject(STATE) private readonly state: State,
    private readonly backlog: Backlog,
    private readonly config: LiveConfig,
  ) {}

  jobs(): readonly ScheduledJob[] {
    return [{ name: 'budgets.sweep-holds', everyMs: EVERY_MS, run: () => this.sweep() }];
  }

  async sweep(now = Date.now()): Promise<void> {
    await this.backlog.caughtUp();
    // What waits to be charged is what some of these holds are for: another round comes.
    if (!this.backlog.isEmpty()) return;
    const { holdGraceMs } = this.config.current.general.budgets;
    let released = AT_ONCE;
    while (released === AT_ONCE) {
      const holds = await this.state.sweepHolds({ before: now - holdGraceMs, limit: AT_ONCE });
      if (holds.length > 0) holdsReleased(holds);
      released = holds.length;
    }
  }
}
