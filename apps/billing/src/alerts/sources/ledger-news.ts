import { Injectable } from '@nestjs/common';
import type { Alert, UsageEvent } from '@tollgate/contracts';
import { scopesOf } from '../../ledger/sums-of-events.js';
import { alertNotKept } from '../alert-events.js';
import { AlertDesk } from '../alert-desk.js';
import { BudgetWatch } from '../budgets/budget-watch.js';

const MOST_TOLD = 10_000;

/** What alerts hear of the ledger. Nobody waits for it. */
@Injectable()
export class LedgerNews {
  /** Models without a price that were told of. */
  private readonly told = new Set<string>();

  constructor(
    private readonly budgets: BudgetWatch,
    private readonly desk: AlertDesk,
  ) {}

  /** These are in the ledger, since now or before. */
  recorded(events: readonly UsageEvent[]): void {
    this.budgets.spent(touchedBy(events));
    const unpriced = events.filter(isUnpriced).flatMap((event) => this.news(event) ?? []);
    if (unpriced.length === 0) return;
    this.desk.keep(unpriced).catch((cause: unknown) => {
      for (const { id } of unpriced) this.told.delete(id);
      alertNotKept(cause);
    });
  }

  private news(event: UsageEvent): Alert | null {
    const { provider, upstreamModel, group, deploymentId } = event;
    const id = `unpriced:${provider}/${upstreamModel}`;
    if (this.told.has(id)) return null;
    if (this.told.size >= MOST_TOLD) this.told.clear();
    this.told.add(id);
    return {
      id,
      type: 'unpriced_model',
      message: `Model without a price: ${provider}/${upstreamModel}, served as ${group}. Its calls are not limited by budgets; set its prices in model_info or litellm_params`,
      at: event.endedAt,
      details: { provider, model: upstreamModel, group, deploymentId },
    };
  }
}

const isUnpriced = ({ costNanos, status }: UsageEvent): boolean =>
  costNanos === null && (status === 'complete' || status === 'partial');

function* touchedBy(events: readonly UsageEvent[]) {
  for (const event of events) {
    if (event.costNanos === null || event.costNanos === 0) continue;
    for (const [kind, id] of scopesOf(event)) yield { kind, id };
  }
}
