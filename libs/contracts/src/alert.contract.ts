import { z } from 'zod';
import { defineDurable, defineRequest } from './contract.js';

/** Something an operator must hear of. The same `id` twice is the same alert. */
export const alert = z.object({
  id: z.string(),
  type: z.enum(['canary_rolled_back']),
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
