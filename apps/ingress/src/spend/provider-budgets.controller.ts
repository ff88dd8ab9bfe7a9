import { Controller, Get, Inject } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig, windowEnd, windowStart } from '@tollgate/config';
import { sumSpend } from '@tollgate/contracts';
import { toDollars } from '../dollars.js';
import { Access } from '../http/access.decorator.js';

/** The budgets of providers, by which the router picks deployments. */
@Controller('provider')
export class ProviderBudgetsController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LiveConfig) private readonly config: LiveConfig,
  ) {}

  @Access('viewer')
  @Get('budgets')
  async budgets(): Promise<object> {
    const { router, general } = this.config.current;
    const now = Date.now();
    const budgets = [...router.providerBudgets];
    const scopes = budgets.map(([value, { window }]) => ({
      kind: 'provider' as const,
      value,
      from: windowStart(window, now, general.timeZone),
    }));
    const { nanos } = budgets.length === 0 ? { nanos: [] } : await this.bus.request(sumSpend, { scopes });
    return {
      providers: Object.fromEntries(
        budgets.map(([name, { limitNanos, window }], index) => [
          name,
          {
            budget_limit: toDollars(limitNanos),
            time_period: window,
            spend: toDollars(nanos[index] ?? 0),
            budget_reset_at: new Date(windowEnd(window, now, general.timeZone)).toISOString(),
          },
        ]),
      ),
    };
  }
}
