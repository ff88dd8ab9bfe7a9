import { Injectable } from '@nestjs/common';
import type { UsageEvent } from '@tollgate/contracts';
import { Backlog } from '../counters/backlog.js';
import { Charges } from '../counters/charges.js';
import { Turns } from '../counters/turns.js';
import { Ledger } from './ledger.js';
import type { Recorded } from './recorded.js';

/** Takes usage into the ledger, and what it cost onto the counters of the budgets that the calls were let in against. */
@Injectable()
export class UsageIntake {
  constructor(
    private readonly ledger: Ledger,
    private readonly charges: Charges,
    private readonly turns: Turns,
    private readonly backlog: Backlog,
  ) {}

  /** As `Ledger.record`. When it throws after the commit, shared state was away: a repeat charges what was not charged. */
  record(events: readonly UsageEvent[]): Promise<Recorded> {
    return this.backlog.follow(events.length, async () => {
      if (!this.charges.isNeeded(events)) return this.ledger.record(events);
      return this.turns.charging(async () => {
        const recorded = await this.ledger.record(events);
        await this.charges.charge(events);
        return recorded;
      });
    });
  }
}
