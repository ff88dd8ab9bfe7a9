import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  alertRaised,
  budgetAlertId,
  counterParts,
  scopeName,
  type Alert,
  type BudgetAlertDetails,
  type ScopeRef,
} from '@tollgate/contracts';
import type { BudgetRefusal } from '@tollgate/state';
import { alertNotRaised } from '../events.js';

/** Budgets that this process knows to be told of. */
const MOST_TOLD = 10_000;

/**
 * Tells that a budget refuses calls, once in its window: it may do so before all of it is spent, when what is left pays for no call.
 * Billing tells the same alert, by the same id, when all is spent.
 */
@Injectable()
export class BudgetNews {
  private readonly told = new Set<string>();

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** A look into a set when it was told before. Nobody waits for it. */
  refused(refusal: BudgetRefusal, alias: string | null, now: number): void {
    const { counter, maxNanos } = refusal;
    // What open calls hold is no news: they may cost less.
    if (maxNanos <= 0 || refusal.heldNanos > 0) return;
    const id = budgetAlertId(counter, '100', maxNanos);
    if (this.told.has(id)) return;
    const alert = alertOf(id, refusal, { alias, now });
    if (alert === null) return;
    if (this.told.size >= MOST_TOLD) this.told.clear();
    this.told.add(id);
    this.bus.record(alertRaised, alert).catch((cause: unknown) => {
      this.told.delete(id);
      alertNotRaised(id, cause);
    });
  }
}

function alertOf(
  id: string,
  refusal: BudgetRefusal,
  { alias, now }: { readonly alias: string | null; readonly now: number },
): Alert | null {
  const { counter, scope: name, window, spentNanos, dueNanos, maxNanos } = refusal;
  const parts = counterParts(counter);
  if (parts === undefined) return null;
  const { scope, model, start } = parts;
  const spendNanos = spentNanos + dueNanos;
  const shown = nameOf(scope, alias);
  const since = window === null ? '' : ` in the ${window} since ${new Date(start).toISOString()}`;
  const details: BudgetAlertDetails = {
    ...{ event: 'budget_crossed', threshold: '100', counter, window, model, scope },
    line: [name, model ?? '', window ?? '', '100'].join('|'),
    ...{ alias, spendNanos, maxNanos, softNanos: null, projectedAt: null, projectedNanos: null },
    emails: [],
  };
  return {
    id,
    type: 'budget_alerts',
    message: `Budget crossed: ${shown} has spent ${dollars(spendNanos)} of ${dollars(maxNanos)}${since}, and its calls are refused`,
    at: now,
    details,
  };
}

const dollars = (nanos: number): string => `$${(nanos / 1e9).toFixed(nanos % 1e7 === 0 ? 2 : 6)}`;

function nameOf(scope: ScopeRef, alias: string | null): string {
  const id = scope.kind === 'key' ? `${scope.id.slice(0, 12)}…` : scope.id;
  if (alias !== null) return `${scope.kind} '${alias}' (${id})`;
  return scope.kind === 'key' ? `key ${id}` : scopeName(scope);
}
