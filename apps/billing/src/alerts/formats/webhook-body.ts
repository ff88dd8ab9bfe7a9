import type { Alert, BudgetAlertDetails } from '@tollgate/contracts';
import { budgetDetailsOf } from './alert-level.js';

/** LiteLLM's names of what a budget belongs to. */
const GROUPS: Readonly<Record<BudgetAlertDetails['scope']['kind'], string>> = {
  gateway: 'proxy',
  organization: 'organization',
  project: 'project',
  team: 'team',
  member: 'team_member',
  user: 'internal_user',
  end_user: 'customer',
  tag: 'tag',
  key: 'key',
};

/** LiteLLM's names of events that are not a budget's. */
const EVENTS: Readonly<Partial<Record<Alert['type'], { event: string; group: string }>>> = {
  virtual_key_created: { event: 'key_created', group: 'key' },
  virtual_key_updated: { event: 'key_updated', group: 'key' },
  virtual_key_deleted: { event: 'key_deleted', group: 'key' },
  internal_user_created: { event: 'internal_user_created', group: 'internal_user' },
  internal_user_updated: { event: 'internal_user_updated', group: 'internal_user' },
  internal_user_deleted: { event: 'internal_user_deleted', group: 'internal_user' },
  team_created: { event: 'team_created', group: 'team' },
  team_updated: { event: 'team_updated', group: 'team' },
  team_deleted: { event: 'team_deleted', group: 'team' },
};

const dollars = (nanos: number | null): number | null => (nanos === null ? null : nanos / 1e9);

/**
 * The body of a generic webhook: LiteLLM's fields (money in dollars), and Tollgate's `id` (the same alert has the same), `type`, `at` and
 * `details`.
 */
export function webhookBody(alert: Alert): object {
  const { id, type, message, at, details } = alert;
  const budget = budgetDetailsOf(alert);
  const named = EVENTS[type];
  return {
    spend: dollars(budget?.spendNanos ?? 0),
    max_budget: dollars(budget?.maxNanos ?? null),
    soft_budget: dollars(budget?.softNanos ?? null),
    ...ownerOf(budget),
    projected_exceeded_date:
      budget?.projectedAt == null ? null : new Date(budget.projectedAt).toISOString().slice(0, 10),
    projected_spend: dollars(budget?.projectedNanos ?? null),
    event: budget?.event ?? named?.event ?? type,
    event_group: budget === null ? (named?.group ?? 'proxy') : GROUPS[budget.scope.kind],
    event_message: message,
    id,
    type,
    at: new Date(at).toISOString(),
    details,
  };
}

function ownerOf(budget: BudgetAlertDetails | null): Record<string, string | null> {
  const { scope, alias = null, emails = [] } = budget ?? {};
  const idOf = (kind: BudgetAlertDetails['scope']['kind']): string | null =>
    scope?.kind === kind ? scope.id : null;
  const [memberTeam = null, memberUser = null] = scope?.kind === 'member' ? memberOf(scope.id) : [];
  return {
    token: idOf('key'),
    customer_id: idOf('end_user'),
    user_id: idOf('user') ?? memberUser,
    team_id: idOf('team') ?? memberTeam,
    team_alias: scope?.kind === 'team' ? alias : null,
    organization_id: idOf('organization'),
    project_id: idOf('project'),
    tag: idOf('tag'),
    user_email: emails[0] ?? null,
    key_alias: scope?.kind === 'key' ? alias : null,
  };
}

/** `{team}:{user}`. */
const memberOf = (id: string): [string, string] => {
  const colon = id.indexOf(':');
  return [id.slice(0, colon), id.slice(colon + 1)];
};
