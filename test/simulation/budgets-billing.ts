import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '@tollgate/bus';
import type { LiveConfig } from '@tollgate/config';
import type { UsageEvent } from '@tollgate/contracts';
import { openDatabase, type Database } from '@tollgate/database';
import type { State } from '@tollgate/state';
import { AlertDesk } from '../../apps/billing/src/alerts/alert-desk.js';
import { AlertStore } from '../../apps/billing/src/alerts/alert-store.js';
import { BudgetCheck } from '../../apps/billing/src/alerts/budgets/budget-check.js';
import { BudgetWatch } from '../../apps/billing/src/alerts/budgets/budget-watch.js';
import { ConfiguredLimits } from '../../apps/billing/src/alerts/budgets/configured-limits.js';
import { CounterSums } from '../../apps/billing/src/alerts/budgets/counter-sums.js';
import { SpendingScopes } from '../../apps/billing/src/alerts/budgets/spending-scopes.js';
import type { AlertDeliveries } from '../../apps/billing/src/alerts/delivery/alert-deliveries.js';
import { DeliveryStore } from '../../apps/billing/src/alerts/delivery/delivery-store.js';
import { LedgerNews } from '../../apps/billing/src/alerts/sources/ledger-news.js';
import { AdminChanges } from '../../apps/billing/src/audit/admin-changes.js';
import { Backlog } from '../../apps/billing/src/counters/backlog.js';
import { Charges } from '../../apps/billing/src/counters/charges.js';
import { CounterSeeds } from '../../apps/billing/src/counters/counter-seeds.js';
import { HoldSweeperJob } from '../../apps/billing/src/counters/hold-sweeper.job.js';
import { KnownCounters } from '../../apps/billing/src/counters/known-counters.js';
import { LedgerCounters } from '../../apps/billing/src/counters/ledger-counters.js';
import { Turns } from '../../apps/billing/src/counters/turns.js';
import { DirectoryStore } from '../../apps/billing/src/directory/directory-store.js';
import { EntryAdmin } from '../../apps/billing/src/directory/entry-admin.js';
import { ScopeFinder } from '../../apps/billing/src/directory/scope-finder.js';
import { KeyAdmin } from '../../apps/billing/src/keys/key-admin.js';
import { KeyStore } from '../../apps/billing/src/keys/key-store.js';
import { Ledger } from '../../apps/billing/src/ledger/ledger.js';
import { Partitions } from '../../apps/billing/src/ledger/partitions.js';
import { UsageIntake } from '../../apps/billing/src/ledger/usage-intake.js';
import { BILLING_SCHEMA } from '../../apps/billing/src/schema.js';
import { SpendSums } from '../../apps/billing/src/spend/spend-sums.js';

/** Usage that comes within this time goes to the ledger together. */
const GATHER_MS = 500;

/** An embedded database of billing in a folder of its own. */
export async function openBillingDatabase(): Promise<Database> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-budgets-'));
  const database = await openDatabase({ dataDirectory }, BILLING_SCHEMA);
  const close = async (): Promise<void> => {
    await database.close();
    await rm(dataDirectory, { recursive: true });
  };
  return { ...database, close };
}

/** Billing's own parts, all on one database, but for the delivery of alerts. */
export function assembleBilling(database: Database, state: State, config: LiveConfig, bus: Bus) {
  const backlog = new Backlog();
  const known = new KnownCounters();
  // PGlite is one session: there is nobody to take turns with but this process.
  const turns = new Turns(database, { databaseUrl: null });
  const sums = new SpendSums(database);
  const counters = new LedgerCounters(database, sums, config);
  const ledger = new Ledger(database, new Partitions(database));
  const charges = new Charges(database, state, known);
  const intake = new UsageIntake(ledger, charges, turns, backlog);
  const scopes = new ScopeFinder(database);
  const alerts = new AlertStore(database);
  const clock = { now: () => Date.now(), sweepMs: 10_000 };
  const nowhere = { announce: () => Promise.resolve() } as unknown as AlertDeliveries;
  const desk = new AlertDesk(alerts, new DeliveryStore(database), nowhere, config, clock);
  const limits = new ConfiguredLimits(scopes, new DirectoryStore(database), config);
  const spent = new CounterSums(state, sums, database, counters, clock);
  const check = new BudgetCheck(limits, spent, desk, alerts, config, clock);
  const watch = new BudgetWatch(check, new SpendingScopes(database), clock);
  const changes = new AdminChanges(database, bus);
  return {
    ...{ alerts, desk, scopes, watch, counters },
    keys: new KeyStore(database),
    keyAdmin: new KeyAdmin(changes),
    entryAdmin: new EntryAdmin(changes),
    seeds: new CounterSeeds(state, turns, backlog, charges, counters, known),
    sweeper: new HoldSweeperJob(state, backlog, config),
    usage: new UsageQueue(intake, new LedgerNews(watch, desk)),
  };
}

/** The durable queue before the ledger. */
class UsageQueue {
  private waiting: UsageEvent[] = [];
  /** Why a batch was not taken in. */
  failure: unknown;
  /** Alerts hear of it. */
  isNews = true;

  constructor(
    private readonly intake: UsageIntake,
    private readonly news: LedgerNews,
  ) {}

  add(event: UsageEvent, delayMs = 0): void {
    setTimeout(() => {
      this.waiting.push(event);
      if (this.waiting.length === 1) setTimeout(() => void this.deliver(), GATHER_MS);
    }, delayMs);
  }

  private async deliver(): Promise<void> {
    const events = this.waiting;
    this.waiting = [];
    try {
      await this.intake.record(events);
      if (this.isNews) this.news.recorded(events);
    } catch (cause) {
      this.failure = cause;
    }
  }
}
