import { Injectable } from '@nestjs/common';
import { LiveConfig, windowStart } from '@tollgate/config';
import { counterName, scopeName, type Budget, type ScopeRef } from '@tollgate/contracts';
import { ScopeFinder } from './scope-finder.js';

/** The counters of a scope's spend: since ever, and of each of its budgets in the running window. */
@Injectable()
export class RunningCounters {
  constructor(
    private readonly finder: ScopeFinder,
    private readonly config: LiveConfig,
  ) {}

  /** Their names; the total since ever comes first. `now`: epoch ms. */
  async of(scope: ScopeRef, now: number): Promise<[string, ...string[]]> {
    const { timeZone, budgets } = this.config.current.general;
    const [record] = await this.finder.find([scope], now);
    const own = scope.kind === 'gateway' ? budgets.gateway : (record?.limits.budgets ?? []);
    const counterOf = ({ window }: Pick<Budget, 'window'>, model?: string): string =>
      counterName(scopeName(scope), window, window === null ? 0 : windowStart(window, now, timeZone), model);
    const ofModels = Object.entries(record?.limits.models ?? {}).flatMap(([model, limits]) =>
      limits.budgets.map((budget) => counterOf(budget, model)),
    );
    const windowed = own.filter(({ window }) => window !== null).map((budget) => counterOf(budget));
    return [counterOf({ window: null }), ...windowed, ...ofModels];
  }
}
