import { GatewayError, type OverBudget } from '@tollgate/contracts';
import type { BudgetRefusal } from '@tollgate/state';
import { toDollars } from '../dollars.js';

/** What a refusal says of the key besides its scope. */
export interface RefusedKey {
  readonly alias: string | null;
  /** `sk-...` and the last four characters. */
  readonly name: string;
}

/** Budgets without a window open again when somebody raises them. */
const NO_RESET_RETRY_MS = 86_400_000;

/** The refusal in LiteLLM's words, which clients match on: `Budget has been exceeded!`, the scope, what was spent, what may be. */
export function budgetExceeded(
  refusal: BudgetRefusal,
  now: number,
  { key, status }: { readonly key: RefusedKey | null; readonly status: 400 | 422 | 429 },
): GatewayError {
  const { spentNanos, dueNanos, heldNanos, maxNanos, resetAt, window } = refusal;
  const spent = spentNanos + dueNanos;
  const held =
    heldNanos > 0 && spent < maxNanos ? `, reserved by calls under way: ${dollars(heldNanos)}` : '';
  const resets = resetAt === null ? '' : ` Resets at: ${new Date(resetAt).toISOString()}`;
  const per = window === null ? '' : ` per ${window}`;
  return new GatewayError(
    'budget_exceeded',
    `Budget has been exceeded! ${subjectOf(refusal.scope, key)} ` +
      `Current cost: ${dollars(spent)}, Max budget: ${dollars(maxNanos)}${per}${held}${resets}`,
    {
      status,
      retryAfterMs: resetAt === null ? NO_RESET_RETRY_MS : Math.max(1_000, resetAt - now),
      ...(resetAt !== null && { headers: { reset_at: new Date(resetAt).toISOString() } }),
    },
  );
}

/** The status of a refusal: the key's own, else the config's. */
export const refusalStatus = (
  policy: OverBudget | undefined,
  configured: 400 | 422 | 429,
): 400 | 422 | 429 => (policy?.action === 'reject' ? (policy.status ?? configured) : configured);

const SUBJECTS: Readonly<Record<string, string>> = {
  team: 'Team',
  user: 'User',
  organization: 'Organization',
  project: 'Project',
  end_user: 'EndUser',
  tag: 'Tag',
};

function subjectOf(scope: string, key: RefusedKey | null): string {
  const colon = scope.indexOf(':');
  const [kind, id] = [scope.slice(0, colon), scope.slice(colon + 1)];
  if (kind === 'key') return `Key=${key?.alias ?? 'None'} (${key?.name ?? id})`;
  if (kind === 'gateway') return 'Proxy=gateway';
  if (kind === 'member') {
    const user = id.slice(id.indexOf(':') + 1);
    return `TeamMember=${user}:${id.slice(0, id.indexOf(':'))}`;
  }
  return `${SUBJECTS[kind] ?? kind}=${id}`;
}

const dollars = (nanos: number): string => String(toDollars(nanos));
