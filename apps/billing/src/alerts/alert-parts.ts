import type { Provider } from '@nestjs/common';
import { AlertController } from './alert.controller.js';
import { AlertDesk } from './alert-desk.js';
import { AlertStore } from './alert-store.js';
import { BudgetCheck } from './budgets/budget-check.js';
import { ACTIVE_SCOPES, LIMIT_SOURCE, SUM_SOURCE } from './budgets/budget-sources.js';
import { BudgetWatch } from './budgets/budget-watch.js';
import { ConfiguredLimits } from './budgets/configured-limits.js';
import { CounterSums } from './budgets/counter-sums.js';
import { SpendingScopes } from './budgets/spending-scopes.js';
import { AlertDeliveries, DELIVERY_CLOCK, REAL_CLOCK } from './delivery/alert-deliveries.js';
import { AlertSender } from './delivery/alert-sender.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { OldAlertsJob } from './old-alerts.job.js';
import { ReportJobs } from './reports/report-jobs.js';
import { ReportQueries } from './reports/report-queries.js';
import { Alarm } from './sources/alarm.js';
import { LedgerNews } from './sources/ledger-news.js';
import { OutageWatch } from './sources/outage-watch.js';

/** What alerts add to the module of billing. */
export const ALERT_CONTROLLERS = [AlertController];

export const ALERT_PROVIDERS: readonly Provider[] = [
  Alarm,
  AlertDeliveries,
  AlertDesk,
  AlertSender,
  AlertStore,
  BudgetCheck,
  BudgetWatch,
  DeliveryStore,
  LedgerNews,
  OldAlertsJob,
  OutageWatch,
  ReportJobs,
  ReportQueries,
  { provide: ACTIVE_SCOPES, useClass: SpendingScopes },
  { provide: LIMIT_SOURCE, useClass: ConfiguredLimits },
  { provide: SUM_SOURCE, useClass: CounterSums },
  { provide: DELIVERY_CLOCK, useValue: REAL_CLOCK },
];

/** Those of them that have work for jobs. */
export const ALERT_JOBS = [AlertDeliveries, BudgetWatch, OldAlertsJob, ReportJobs] as const;
