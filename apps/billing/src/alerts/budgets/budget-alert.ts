import { budgetAlertId, scopeName, type Alert, type BudgetAlertDetails } from '@tollgate/contracts';
import { timeText } from '../formats/letter.js';
import type { Crossing } from './thresholds.js';
import type { WatchedBudget } from './watched-budget.js';

const KIND_NAMES: Readonly<Record<BudgetAlertDetails['scope']['kind'], string>> = {
  gateway: 'the whole gateway',
  organization: 'organization',
  project: 'project',
  team: 'team',
  member: 'team member',
  user: 'user',
  end_user: 'end user',
  tag: 'tag',
  key: 'key',
};

/** Of a key's hash so much is shown. */
const SHOWN_HASH = 12;

/** The alert of a crossing: the same one whoever sees it, and however often. */
export function budgetAlertOf(
  budget: WatchedBudget,
  crossing: Crossing,
  { spentNanos, now, timeZone }: { spentNanos: number; now: number; timeZone: string },
): Alert & { details: BudgetAlertDetails } {
  const { counter, scope, model, window, maxNanos, softNanos } = budget;
  const { threshold, event, limitNanos, projectedAt, projectedNanos } = crossing;
  return {
    id: budgetAlertId(counter, threshold, limitNanos),
    type: 'budget_alerts',
    message: messageOf(budget, crossing, spentNanos, timeZone),
    at: now,
    details: {
      event,
      threshold,
      counter,
      line: [scopeName(scope), model ?? '', window ?? '', threshold].join('|'),
      window,
      model,
      scope: { kind: scope.kind, id: scope.id },
      alias: scope.alias,
      spendNanos: spentNanos,
      maxNanos,
      softNanos,
      projectedAt,
      projectedNanos,
      emails: emailsOf(scope.metadata['soft_budget_alerting_emails']),
    },
  };
}

function messageOf(
  budget: WatchedBudget,
  { threshold, projectedAt, projectedNanos }: Crossing,
  spentNanos: number,
  timeZone: string,
): string {
  const { maxNanos, softNanos, model } = budget;
  const name = `${nameOf(budget)}${model === null ? '' : ` for ${model}`}`;
  const spent = dollars(spentNanos);
  const when = periodOf(budget, timeZone);
  const max = dollars(maxNanos ?? 0);
  switch (threshold) {
    case 'soft':
      return `Soft budget crossed: ${name} has spent ${spent} of ${dollars(softNanos ?? 0)}${when}${
        maxNanos === null ? '' : ` (hard budget ${max})`
      }`;
    case '100':
      return `Budget crossed: ${name} has spent ${spent} of ${max}${when}; its calls are refused`;
    case '85':
    case '95':
      return `${threshold}% of budget crossed: ${name} has spent ${spent} of ${max}${when}`;
    case 'forecast':
      return `Budget forecast: at this rate ${name} reaches its hard budget of ${max} on ${timeText(
        projectedAt ?? 0,
        timeZone,
      )} and would cost ${dollars(projectedNanos ?? 0)}; it has spent ${spent}${when}`;
  }
}

function nameOf({ scope: { kind, id, alias } }: WatchedBudget): string {
  if (kind === 'gateway') return KIND_NAMES.gateway;
  const shown = kind === 'key' ? `${id.slice(0, SHOWN_HASH)}…` : id;
  return `${KIND_NAMES[kind]} ${alias === null ? shown : `'${alias}' (${shown})`}`;
}

const periodOf = ({ window, start }: WatchedBudget, timeZone: string): string =>
  window === null ? '' : ` in the ${window} since ${timeText(start, timeZone)}`;

/** `$12.50`; less than a cent with more digits. */
export function dollars(nanos: number): string {
  const amount = nanos / 1e9;
  const digits = amount !== 0 && Math.abs(amount) < 0.01 ? 6 : 2;
  return `$${amount.toFixed(digits)}`;
}

/** LiteLLM's key in the metadata of teams: a list, or a text with commas. */
function emailsOf(value: unknown): string[] {
  const items: readonly unknown[] =
    typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
  return items.flatMap((item) =>
    typeof item === 'string' && /^[^\s@<>]+@[^\s@<>]+$/.test(item.trim()) ? [item.trim()] : [],
  );
}
