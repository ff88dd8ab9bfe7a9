import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import {
  alertRaised,
  listAlertDeliveries,
  listAlerts,
  testAlert,
  type Alert,
  type AlertDelivery,
  type AlertService,
  type AlertType,
} from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { AlertDesk, type TestResult } from './alert-desk.js';
import { AlertStore, type AlertPage } from './alert-store.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { OutageWatch } from './sources/outage-watch.js';

/** Keeps alerts, tells of each once, and lists them. A rejection makes the bus bring the batch again. */
@Controller()
export class AlertController {
  constructor(
    private readonly alerts: AlertStore,
    private readonly desk: AlertDesk,
    private readonly deliveries: DeliveryStore,
    private readonly outages: OutageWatch,
  ) {}

  @EventPattern<Record<string, Alert[]>>(alertRaised.subject)
  async keep(alerts: Alert[]): Promise<void> {
    const added = await this.desk.keep(alerts);
    await this.desk.keep(await this.outages.outagesAfter(added, Date.now()));
  }

  @MessagePattern(listAlerts.subject)
  async list(query: { type?: AlertType; limit: number }): Promise<{ alerts: Alert[] }> {
    return { alerts: await guardDatabase(() => this.alerts.list(query)) };
  }

  @MessagePattern(listAlertDeliveries.subject)
  listDeliveries(query: AlertPage): Promise<{ alerts: (Alert & { deliveries: AlertDelivery[] })[] }> {
    return guardDatabase(async () => {
      const alerts = await this.alerts.page(query);
      const deliveries = await this.deliveries.deliveriesOfAll(alerts.map(({ id }) => id));
      return { alerts: alerts.map((alert) => ({ ...alert, deliveries: deliveries.get(alert.id) ?? [] })) };
    });
  }

  @MessagePattern(testAlert.subject)
  async test({ service }: { service: AlertService }): Promise<{ results: TestResult[] }> {
    return { results: await guardDatabase(() => this.desk.test(service)) };
  }
}
