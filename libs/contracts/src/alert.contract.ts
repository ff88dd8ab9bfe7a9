import { z } from 'zod';
import { defineDurable, defineRequest } from './contract.js';
import { scopeRef } from './scope.js';

/** LiteLLM's alert types, and Tollgate's own. */
export const alertType = z.enum([
  'llm_exceptions',
  'llm_too_slow',
  'llm_requests_hanging',
  'cooldown_deployment',
  'new_model_added',
  'outage_alerts',
  'region_outage_alerts',
  'budget_alerts',
  'spend_reports',
  'failed_tracking_spend',
  'daily_reports',
  'fallback_reports',
  'db_exceptions',
  'virtual_key_created',
  'virtual_key_updated',
  'virtual_key_deleted',
  'team_created',
  'team_updated',
  'team_deleted',
  'internal_user_created',
  'internal_user_updated',
  'internal_user_deleted',
  'unpriced_model',
  'canary_rolled_back',
]);
export type AlertType = z.infer<typeof alertType>;

/** Something an operator must hear of. The same `id` twice is the same alert. */
export const alert = z.object({
  id: z.string(),
  type: alertType,
  message: z.string(),
  /** Epoch milliseconds. */
  at: z.number(),
  details: z.record(z.string(), z.unknown()),
});
export type Alert = z.infer<typeof alert>;

/** anyone → billing, which keeps alerts and delivers them. */
export const alertRaised = defineDurable('tollgate.alert.raised', {
  service: 'billing',
  input: alert,
  idOf: ({ id }) => id,
});

/** Alerts of a type, newest first: how a router that starts learns which canaries were rolled back. */
export const listAlerts = defineRequest('tollgate.alert.list', {
  service: 'billing',
  input: z.object({ type: alert.shape.type.optional(), limit: z.number().int().min(1).max(1_000) }),
  reply: z.object({ alerts: z.array(alert) }),
});

/** `given_up`: it did not arrive in two days. */
export const alertDelivery = z.object({
  /** `slack`, `webhook`, `email`, or a chat of one type (`slack:budget_alerts:0`). Never an address. */
  destination: z.string(),
  state: z.enum(['waiting', 'delivered', 'given_up']),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  /** Epoch milliseconds; null: it is over. */
  nextAt: z.number().nullable(),
  deliveredAt: z.number().nullable(),
});
export type AlertDelivery = z.infer<typeof alertDelivery>;

/** Alerts with what became of them, newest first. */
export const listAlertDeliveries = defineRequest('tollgate.alert.deliveries', {
  service: 'billing',
  input: z.object({
    type: alertType.optional(),
    /** Alerts before this one (its time and id). */
    before: z.object({ at: z.number(), id: z.string() }).optional(),
    limit: z.number().int().min(1).max(1_000),
  }),
  reply: z.object({ alerts: z.array(alert.extend({ deliveries: z.array(alertDelivery) })) }),
});

export const alertService = z.enum(['slack', 'slack_budget_alerts', 'webhook', 'email']);
export type AlertService = z.infer<typeof alertService>;

/** Sends an alert at once, the way every alert goes, and tells how that went. Fails with `invalid_request` when it leads nowhere. */
export const testAlert = defineRequest('tollgate.alert.test', {
  service: 'billing',
  input: z.object({ service: alertService }),
  reply: z.object({
    results: z.array(z.object({ destination: z.string(), error: z.string().nullable() })),
  }),
});

/**
 * What `details` of an alert of type `budget_alerts` hold. Money in nano-dollars, times in epoch milliseconds. `counter` is the budget and
 * its window, `threshold` the line that was crossed: `soft`, `85`, `95`, `100` or `forecast`.
 */
export const budgetAlertDetails = z.object({
  event: z.enum(['soft_budget_crossed', 'threshold_crossed', 'budget_crossed', 'projected_limit_exceeded']),
  threshold: z.enum(['soft', '85', '95', '100', 'forecast']),
  counter: z.string(),
  /** The counter's name without the start of its window, and the threshold: the same in every window. */
  line: z.string(),
  window: z.string().nullable(),
  /** Of calls for one model alone. */
  model: z.string().nullable(),
  scope: scopeRef,
  alias: z.string().nullable(),
  spendNanos: z.number().int(),
  maxNanos: z.number().int().nullable(),
  softNanos: z.number().int().nullable(),
  /** Of a forecast: when the hard budget is reached, and what the whole window would cost. */
  projectedAt: z.number().nullable(),
  projectedNanos: z.number().int().nullable(),
  /** Further receivers of its e-mail. */
  emails: z.array(z.string()),
});
export type BudgetAlertDetails = z.infer<typeof budgetAlertDetails>;

/** A threshold of a budget is told of once in a window; whoever sees it crossed may raise it. A budget that was changed is another. */
export const budgetAlertId = (
  counter: string,
  threshold: BudgetAlertDetails['threshold'],
  limitNanos: number,
): string => `budget:${threshold}:${limitNanos}:${counter}`;
