import type { Provider } from '@nestjs/common';
import { AlertController } from './alert.controller.js';
import { AlertDesk } from './alert-desk.js';
import { AlertStore } from './alert-store.js';
import { AlertDeliveries, DELIVERY_CLOCK, REAL_CLOCK } from './delivery/alert-deliveries.js';
import { AlertSender } from './delivery/alert-sender.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { OldAlertsJob } from './old-alerts.job.js';

/** What alerts add to the module of billing. */
export const ALERT_CONTROLLERS = [AlertController];

export const ALERT_PROVIDERS: readonly Provider[] = [
  AlertDeliveries,
  AlertDesk,
  AlertSender,
  AlertStore,
  DeliveryStore,
  OldAlertsJob,
  { provide: DELIVERY_CLOCK, useValue: REAL_CLOCK },
];

/** Those of them that have work for jobs. */
export const ALERT_JOBS = [AlertDeliveries, OldAlertsJob] as const;
