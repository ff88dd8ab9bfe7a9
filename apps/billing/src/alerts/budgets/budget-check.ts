import { Inject, Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import type { Alert, BudgetAlertDetails, ScopeRef } from '@tollgate/contracts';
import { AlertDesk } from '../alert-desk.js';
import { AlertStore } from '../alert-store.js';
import { DELIVERY_CLOCK, type DeliveryClock } from '../delivery/alert-deliveries.js';
import { budgetAlertOf } from './budget-alert.js';
import { LIMIT_SOURCE, SUM_SOURCE, type LimitSource, type SumSource } from './budget-sources.js';
import { crossingsOf, forecastOf, type Crossing } from './thresholds.js';
import { budgetsOf, type WatchedBudget } from './watched-budget.js';

/** Alerts that this process knows to have been kept. */
const MOST_REMEMBERED = 50_000;

/** Finds the budgets of scopes whose lines were crossed, and tells of each line once in a window. */
@Injectable()
export class BudgetCheck {
  private readonly told = new Set<string>();

  constructor(
    @Inject(LIMIT_SOURCE) private readonly limits: LimitSource,
    @Inject(SUM_SOURCE) private readonly sums: SumSource,
    private readonly desk: AlertDesk,
    private readonly store: AlertStore,
    private readonly config: LiveConfig,
    @Inject(DELIVERY_CLOCK) private readonly clock: DeliveryClock,
  ) {}

  /** One question for limits, one for sums. Rejects when they cannot be asked: nothing is remembered then. */
  async check(scopes: readonly ScopeRef[], { withForecasts = false } = {}): Promise<void> {
    const now = this.clock.now();
    const { timeZone } = this.config.current.general;
    const records = await this.limits.find(scopes, now);
    const budgets = records.flatMap((record) => budgetsOf(record, now, timeZone));
    if (budgets.length === 0) return;
    const spent = await this.sums.spentOf(budgets.map(({ counter }) => counter));
    const alerts = budgets.flatMap((budget) => {
      const spentNanos = spent.get(budget.counter) ?? 0;
      const crossings = crossingsFor(budget, spentNanos, withForecasts ? now : null);
      return crossings.map((crossing) => budgetAlertOf(budget, crossing, { spentNanos, now, timeZone }));
    });
    await this.tell(alerts.filter(({ id }) => !this.told.has(id)));
  }

  private async tell(alerts: readonly (Alert & { details: BudgetAlertDetails })[]): Promise<void> {
    const { budgetQuietMs } = this.config.current.general.alerting;
    const wanted: Alert[] = [];
    for (const alert of alerts) {
      const quiet = budgetQuietMs !== null && (await this.isQuiet(alert, budgetQuietMs));
      if (!quiet) wanted.push(alert);
    }
    await this.desk.keep(wanted);
    if (this.told.size + wanted.length > MOST_REMEMBERED) this.told.clear();
    for (const { id } of wanted) this.told.add(id);
  }

  private isQuiet(
    { at, details }: { at: number; details: BudgetAlertDetails },
    quietMs: number,
  ): Promise<boolean> {
    return this.store.hasSince('budget_alerts', { key: 'line', value: details.line }, at - quietMs);
  }
}

function crossingsFor(budget: WatchedBudget, spentNanos: number, now: number | null): Crossing[] {
  const forecast = now === null ? null : forecastOf(budget, spentNanos, now);
  return [...crossingsOf(budget, spentNanos), ...(forecast === null ? [] : [forecast])];
}
