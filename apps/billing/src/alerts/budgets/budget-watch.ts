import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { scopeName, type ScopeRef } from '@tollgate/contracts';
import type { JobSource, ScheduledJob } from '../../jobs/scheduled-job.js';
import { budgetsNotChecked, scopesForgotten } from '../alert-events.js';
import { DELIVERY_CLOCK, type DeliveryClock } from '../delivery/alert-deliveries.js';
import { BudgetCheck } from './budget-check.js';
import { ACTIVE_SCOPES, type ActiveScopes } from './budget-sources.js';

/** Between a batch of the ledger and the look at its budgets: batches that come meanwhile are looked at together. */
const GATHER_MS = 1_000;

/** Scopes of one look, and of one question. */
const MOST_TOUCHED = 20_000;
const PAGE = 200;

/** Every budget that was spent from is looked at again by the clock: for forecasts, and for what a dead process left out. */
const ROUND_MS = 5 * 60_000;

/** What was active in this time is in a round. */
const ACTIVE_MS = 3 * ROUND_MS;

/** Looks at budgets when their scopes have spent, within seconds and never once a call. */
@Injectable()
export class BudgetWatch implements JobSource, BeforeApplicationShutdown {
  private touched = new Map<string, ScopeRef>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    private readonly check: BudgetCheck,
    @Inject(ACTIVE_SCOPES) private readonly active: ActiveScopes,
    @Inject(DELIVERY_CLOCK) private readonly clock: DeliveryClock,
  ) {}

  jobs(): readonly ScheduledJob[] {
    return [{ name: 'alerts.budgets', everyMs: ROUND_MS, run: () => this.round() }];
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.looking;
    await this.look();
  }

  /** These have spent. Cheap, and never rejects: called after every batch of the ledger. */
  spent(scopes: Iterable<ScopeRef>): void {
    for (const scope of scopes) {
      const name = scopeName(scope);
      if (this.touched.has(name)) continue;
      if (this.touched.size >= MOST_TOUCHED) {
        scopesForgotten();
        break;
      }
      this.touched.set(name, scope);
    }
    this.lookSoon();
  }

  private lookSoon(): void {
    if (this.touched.size === 0 || this.timer !== undefined || this.isClosed) return;
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => {
        this.timer = undefined;
        this.looking = undefined;
        this.lookSoon();
      });
    }, GATHER_MS).unref();
  }

  private async look(): Promise<void> {
    const scopes = [...this.touched.values()];
    this.touched = new Map();
    for (let first = 0; first < scopes.length; first += PAGE) {
      const page = scopes.slice(first, first + PAGE);
      try {
        await this.check.check(page);
      } catch (cause) {
        budgetsNotChecked(cause);
        // The next look has them too; while the database is away nothing is written, so they stay few.
        for (const scope of page) this.touched.set(scopeName(scope), scope);
      }
    }
  }

  private async round(): Promise<void> {
    const since = this.clock.now() - ACTIVE_MS;
    let after: ScopeRef | null = null;
    for (;;) {
      const page: readonly ScopeRef[] = await this.active.page(since, after, PAGE);
      if (page.length > 0) await this.check.check(page, { withForecasts: true });
      after = page.at(-1) ?? null;
      if (page.length < PAGE) return;
    }
  }
}
