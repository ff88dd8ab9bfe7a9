import { Backlog } from './backlog.js';
import { Charges } from './charges.js';
import { CounterDriftJob } from './counter-drift.job.js';
import { CounterSeeds } from './counter-seeds.js';
import { CountersController } from './counters.controller.js';
import { HoldSweeperJob } from './hold-sweeper.job.js';
import { KnownCounters } from './known-counters.js';
import { LedgerCounters } from './ledger-counters.js';
import { Turns } from './turns.js';

/** The counters of budgets in shared state: charged with what the ledger took in, set and held to what it holds. */
export const COUNTER_CONTROLLERS = [CountersController];

export const COUNTER_JOBS = [CounterDriftJob, HoldSweeperJob];

export const COUNTER_PROVIDERS = [
  Backlog,
  Charges,
  CounterSeeds,
  KnownCounters,
  LedgerCounters,
  Turns,
  ...COUNTER_JOBS,
];
