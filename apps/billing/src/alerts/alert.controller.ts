import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { alertRaised, listAlerts, type Alert } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { alertKept } from '../events.js';
import { AlertStore } from './alert-store.js';

/** Keeps alerts, tells of each once, and lists them. A rejection makes the bus bring the batch again. */
@Controller()
export class AlertController {
  constructor(private readonly alerts: AlertStore) {}

  @EventPattern<Record<string, Alert[]>>(alertRaised.subject)
  async keep(alerts: Alert[]): Promise<void> {
    for (const alert of await this.alerts.add(alerts)) alertKept(alert);
  }

  @MessagePattern(listAlerts.subject)
  async list(query: { type?: Alert['type']; limit: number }): Promise<{ alerts: Alert[] }> {
    return { alerts: await guardDatabase(() => this.alerts.list(query)) };
  }
}
