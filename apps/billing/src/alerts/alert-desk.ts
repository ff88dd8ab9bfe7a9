import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { GatewayError, type Alert, type AlertService, type AlertType } from '@tollgate/contracts';
import { alertKept } from './alert-events.js';
import { AlertStore, type Errand } from './alert-store.js';
import { AlertDeliveries, DELIVERY_CLOCK, type DeliveryClock } from './delivery/alert-deliveries.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { destinationNames } from './delivery/destination.js';

/** How long the result of a test is waited for, and how often it is looked at. */
const TEST_MS = 12_000;
const TEST_LOOK_MS = 100;

export interface TestResult {
  readonly destination: string;
  /** null: it was accepted. */
  readonly error: string | null;
}

/** Keeps alerts, each once, and sends the new ones on their way. */
@Injectable()
export class AlertDesk {
  constructor(
    private readonly alerts: AlertStore,
    private readonly store: DeliveryStore,
    private readonly deliveries: AlertDeliveries,
    private readonly config: LiveConfig,
    @Inject(DELIVERY_CLOCK) private readonly clock: DeliveryClock,
  ) {}

  /** Returns the alerts that are new. Rejects when the database is away: then none of them is kept. */
  async keep(alerts: readonly Alert[]): Promise<Alert[]> {
    if (alerts.length === 0) return [];
    const added = await this.alerts.add(alerts, (alert) => this.errandsOf(alert), this.clock.now());
    for (const alert of added) alertKept(alert);
    await this.sendOff(added);
    return added;
  }

  /** Sends an alert the way that every alert goes, and waits for what happens. Fails with `invalid_request` when it leads nowhere. */
  async test(service: AlertService): Promise<TestResult[]> {
    const type: AlertType = service === 'slack_budget_alerts' ? 'budget_alerts' : 'daily_reports';
    const destinations = this.testedBy(service);
    const alert: Alert = {
      id: `test:${randomUUID()}`,
      type,
      message: 'This is a test alert of Tollgate: alerts arrive here.',
      at: this.clock.now(),
      details: { test: true },
    };
    const errands = destinations.map((destination) => ({
      destination,
      dueAt: this.clock.now(),
      isDigest: false,
    }));
    await this.alerts.add([alert], () => errands, this.clock.now());
    await this.deliveries.announce(destinations, alert.id);
    return this.resultsOf(alert.id);
  }

  private testedBy(service: AlertService): readonly string[] {
    const { alerting } = this.config.current.general;
    const channel = service === 'slack_budget_alerts' ? 'slack' : service;
    if (!alerting.channels.includes(channel)) {
      throw new GatewayError('invalid_request', `'${channel}' is not among general_settings.alerting`, {
        param: 'service',
      });
    }
    if (service !== 'slack_budget_alerts') return [service];
    return destinationNames(alerting, 'budget_alerts').filter((name) => name.startsWith('slack'));
  }

  private async resultsOf(id: string): Promise<TestResult[]> {
    const deadline = Date.now() + TEST_MS;
    for (;;) {
      const deliveries = await this.store.deliveriesOf(id);
      const waiting = deliveries.filter(({ state, lastError }) => state === 'waiting' && lastError === null);
      if (waiting.length === 0 || Date.now() > deadline) {
        await this.store.cancel(id);
        return deliveries.map(({ destination, state, lastError }) => ({
          destination,
          error:
            state === 'delivered' ? null : (lastError ?? 'was not sent in time: other alerts wait before it'),
        }));
      }
      await delay(TEST_LOOK_MS);
    }
  }

  /** At once, or with the others of its type at the end of the running interval; not to who was told directly (`Alarm`). */
  private errandsOf({ type, details }: Alert): Errand[] {
    const { alerting } = this.config.current.general;
    const now = this.clock.now();
    const everyMs = alerting.digests.get(type);
    const dueAt = everyMs === undefined ? now : (Math.floor(now / everyMs) + 1) * everyMs;
    const toldTo = new Set<unknown>(Array.isArray(details['toldTo']) ? details['toldTo'] : []);
    return destinationNames(alerting, type)
      .filter((destination) => !toldTo.has(destination))
      .map((destination) => ({ destination, dueAt, isDigest: everyMs !== undefined }));
  }

  private async sendOff(alerts: readonly Alert[]): Promise<void> {
    const [first] = alerts;
    const errands = alerts.flatMap((alert) => this.errandsOf(alert));
    const destinations = errands.filter(({ isDigest }) => !isDigest).map(({ destination }) => destination);
    if (first !== undefined) await this.deliveries.announce(destinations, first.id);
  }
}
