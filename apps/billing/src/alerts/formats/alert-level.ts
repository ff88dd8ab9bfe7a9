import { budgetAlertDetails, type Alert, type AlertType, type BudgetAlertDetails } from '@tollgate/contracts';

const HIGH: ReadonlySet<AlertType> = new Set<AlertType>([
  'llm_exceptions',
  'outage_alerts',
  'region_outage_alerts',
  'failed_tracking_spend',
  'db_exceptions',
  'canary_rolled_back',
]);

const MEDIUM: ReadonlySet<AlertType> = new Set<AlertType>([
  'llm_too_slow',
  'llm_requests_hanging',
  'cooldown_deployment',
  'unpriced_model',
  'fallback_reports',
]);

/** How urgent an alert is, in LiteLLM's words. */
export function levelOf(alert: Alert): 'High' | 'Medium' | 'Low' {
  const budget = budgetDetailsOf(alert);
  if (budget !== null) return budget.event === 'budget_crossed' ? 'High' : 'Medium';
  if (HIGH.has(alert.type)) return 'High';
  return MEDIUM.has(alert.type) ? 'Medium' : 'Low';
}

/** What a budget alert is about; null of any other. */
export function budgetDetailsOf({ type, details }: Alert): BudgetAlertDetails | null {
  if (type !== 'budget_alerts') return null;
  return budgetAlertDetails.safeParse(details).data ?? null;
}
