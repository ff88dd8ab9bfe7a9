import { Inject, Injectable } from '@nestjs/common';
import { counterParts } from '@tollgate/contracts';
import { STATE, type State } from '@tollgate/state';
import { countersChecked, counterCorrected } from './counter-events.js';
import type { JobSource, ScheduledJob } from '../jobs/scheduled-job.js';
import { Backlog } from './backlog.js';
import { KnownCounters } from './known-counters.js';
import { LedgerCounters } from './ledger-counters.js';
import { Turns } from './turns.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Counters that are compared in one turn: charges wait meanwhile. */
const AT_ONCE = 50;

/**
 * Compares counters with the ledger, in turn with charges, so that they must be equal. What differs by the same amount twice, a minute
 * apart, is corrected: what died between the ledger's commit and its charge is told again before that.
 */
@Injectable()
export class CounterDriftJob implements JobSource {
  private suspects = new Map<string, number>();

  constructor(
    @Inject(STATE) private readonly state: State,
    private readonly turns: Turns,
    private readonly backlog: Backlog,
    private readonly ledger: LedgerCounters,
    private readonly known: KnownCounters,
  ) {}

  jobs(): readonly ScheduledJob[] {
    return [{ name: 'budgets.check-drift', everyMs: MINUTE_MS, run: () => this.check() }];
  }

  async check(now = Date.now()): Promise<void> {
    await this.backlog.caughtUp();
    const suspects = new Map<string, number>();
    const names = this.known.all();
    let drift = 0;
    for (let first = 0; first < names.length; first += AT_ONCE)
      drift += await this.turns.setting(() =>
        this.compare(names.slice(first, first + AT_ONCE), suspects, now),
      );
    this.suspects = suspects;
    countersChecked(drift);
  }

  /** Nano-dollars, either way, that these counters are off. */
  private async compare(
    names: readonly string[],
    suspects: Map<string, number>,
    now: number,
  ): Promise<number> {
    const [readings, kept] = [await this.state.counters(names), await this.ledger.exact(names)];
    const byName = new Map(kept.map((counter) => [counter.counter, counter]));
    let sum = 0;
    for (const [index, name] of names.entries()) {
      const [reading, inLedger] = [readings[index] ?? null, byName.get(name)];
      const isOver = (inLedger?.resetAt ?? Infinity) + DAY_MS < now;
      if (reading === null || inLedger === undefined || isOver) {
        if (isOver || counterParts(name) === undefined) this.known.forget(name);
        continue;
      }
      const difference = inLedger.nanos - reading.spentNanos;
      if (difference === 0) continue;
      sum += Math.abs(difference);
      if (this.suspects.get(name) !== difference) suspects.set(name, difference);
      else if (await this.state.correct(name, difference)) counterCorrected(name, difference);
    }
    return sum;
  }
}
