import { ModelUsageController } from '../spend/model-usage.controller.js';
import { ModelUsageStore } from '../spend/model-usage-store.js';
import { ReportStore } from '../spend/report-store.js';
import { SpendController } from '../spend/spend.controller.js';
import { SpendStore } from '../spend/spend-store.js';
import { SpendSums } from '../spend/spend-sums.js';
import { Ledger } from './ledger.js';
import { Partitions } from './partitions.js';
import { PartitionsJob } from './partitions.job.js';
import { UsageController } from './usage.controller.js';
import { UsageIntake } from './usage-intake.js';

/** What calls have cost: the ledger, what is kept with it, and what is asked of it. */
export const LEDGER_CONTROLLERS = [ModelUsageController, SpendController, UsageController];

export const LEDGER_JOBS = [PartitionsJob];

export const LEDGER_PROVIDERS = [
  Ledger,
  ModelUsageStore,
  Partitions,
  ReportStore,
  SpendStore,
  SpendSums,
  UsageIntake,
  ...LEDGER_JOBS,
];
