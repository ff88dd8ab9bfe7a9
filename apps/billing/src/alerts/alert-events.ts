import type { Alert } from '@tollgate/contracts';
import { counter, createLogger } from '@tollgate/observability';
import type { DeliveryError } from './delivery/delivery-error.js';

const logger = createLogger('alerts');

const alerts = counter('tollgate_alerts_total', 'Alerts, each counted once.', ['type']);
const deliveries = counter(
  'tollgate_alert_deliveries_total',
  'Messages with alerts by what became of them.',
  ['channel', 'result'],
);

interface Sent {
  readonly destination: string;
  readonly alerts: readonly Alert[];
}

export function alertKept({ id, type, message, details }: Alert): void {
  alerts.inc({ type });
  logger.warn({ event: 'alert.raised', id, type, details }, message);
}

export function alertDelivered({ destination, alerts: { length: count } }: Sent): void {
  deliveries.inc({ channel: channelOf(destination), result: 'delivered' });
  logger.info({ event: 'alert.delivered', destination, count }, 'alert delivered');
}

export function alertNotDelivered({ destination }: Sent, error: DeliveryError, waitMs: number): void {
  deliveries.inc({ channel: channelOf(destination), result: 'failed' });
  const reason = error.message;
  logger.warn({ event: 'alert.not_delivered', destination, reason, waitMs }, 'alert will be sent again');
}

export function alertsGivenUp(destination: string, count: number): void {
  deliveries.inc({ channel: channelOf(destination), result: 'given_up' }, count);
  logger.error({ event: 'alert.given_up', destination, count }, 'alerts did not arrive in two days');
}

export function deliveryNotEnqueued(cause: unknown): void {
  logger.warn({ event: 'alert.not_enqueued', reason: reasonOf(cause) }, 'alerts wait for the next sweep');
}

const channelOf = (destination: string): string => destination.split(':')[0] ?? destination;

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

export function budgetsNotChecked(cause: unknown): void {
  logger.warn({ event: 'budgets.not_checked', reason: reasonOf(cause) }, 'budgets will be looked at again');
}

/** The next round finds them in the database. */
export function scopesForgotten(): void {
  logger.warn({ event: 'budgets.too_many' }, 'more scopes spend than are looked at at once');
}

export function alertNotRaised(id: string, cause: unknown): void {
  logger.error({ event: 'alert.not_raised', id, reason: reasonOf(cause) }, 'an alert could not be kept');
}

export function alertNotKept(cause: unknown): void {
  logger.warn({ event: 'alert.not_kept', reason: reasonOf(cause) }, 'an alert will be raised again');
}
