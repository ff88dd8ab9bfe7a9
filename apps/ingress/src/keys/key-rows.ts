import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import type { SpentEntry, SpentKey } from '@tollgate/contracts';
import { Directory } from '../admin/directory.js';
import { momentOf } from '../admin/moment.js';
import { BudgetReadings } from '../admin/spend/budget-readings.js';
import { toDollars } from '../dollars.js';
import { keyRow } from './key-answers.js';

/** Keys as answers show them: with their tiers, and with what the counters say that they have spent. */
@Injectable()
export class KeyRows {
  constructor(
    private readonly directory: Directory,
    private readonly readings: BudgetReadings,
    private readonly live: LiveConfig,
  ) {}

  async of(found: readonly SpentKey[]): Promise<Record<string, unknown>[]> {
    const tiers = await this.directory.findAll(
      'budget',
      found.map(({ key }) => key.budgetId),
    );
    const tierOf = ({ key }: SpentKey): SpentEntry | undefined => tiers.get(key.budgetId ?? '');
    const spent = await this.readings.spent(
      found.map((one) => {
        const { hash: id, limits } = one.key;
        const tier = tierOf(one)?.limits;
        const binding = limits.budgets.length > 0 ? limits : (tier ?? limits);
        return { scope: { kind: 'key', id }, limits: binding, totalNanos: one.spendNanos };
      }),
    );
    const moment = momentOf(this.live);
    return found.map((one, index) =>
      keyRow({ ...one, spendNanos: spent[index] ?? one.spendNanos }, tierOf(one), moment),
    );
  }

  /** With the use of its budgets for single models. */
  async detailed(found: SpentKey): Promise<Record<string, unknown>> {
    const [row] = await this.of([found]);
    return { ...row, model_max_budget_usage: await this.modelUsage(found) };
  }

  private async modelUsage({ key: { hash, limits } }: SpentKey): Promise<Record<string, object>> {
    const budgets = Object.entries(limits.models).flatMap(
      ([
        model,
        {
          budgets: [budget],
        },
      ]) => (budget === undefined ? [] : [{ scope: { kind: 'key' as const, id: hash }, model, budget }]),
    );
    const readings = await this.readings.of(budgets);
    return Object.fromEntries(
      budgets.map(({ model, budget }, index) => {
        const reading = readings[index] ?? null;
        const current_spend = reading === null ? null : toDollars(reading.spentNanos + reading.dueNanos);
        const budget_limit = budget.maxNanos === null ? null : toDollars(budget.maxNanos);
        return [model, { current_spend, budget_limit, time_period: budget.window }];
      }),
    );
  }
}
