import { z } from 'zod';
import { defineDurable, defineRequest } from './contract.js';

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
