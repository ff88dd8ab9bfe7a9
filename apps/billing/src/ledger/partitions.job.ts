import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { partitionsDropped } from '../events.js';
import type { JobSource, ScheduledJob } from '../jobs/scheduled-job.js';
import { ReportStore } from '../spend/report-store.js';
import { monthOf, nextMonth, Partitions } from './partitions.js';

const HOUR_MS = 3_600_000;

/** Hours are asked for where days do not fit: by windows of other time zones, the longest of which are a year. */
const KEEP_HOURS_MS = 400 * 24 * HOUR_MS;

/** Makes the ledger's partitions before they are needed, and drops those that are no longer to be kept. */
@Injectable()
export class PartitionsJob implements JobSource {
  constructor(
    private readonly partitions: Partitions,
    private readonly reports: ReportStore,
    private readonly config: LiveConfig,
  ) {}

  jobs(): readonly ScheduledJob[] {
    return [
      { name: 'ledger.make-partitions', everyMs: 6 * HOUR_MS, run: () => this.make() },
      { name: 'ledger.drop-partitions', everyMs: 6 * HOUR_MS, run: () => this.drop() },
    ];
  }

  /** This month's and the two after it. */
  async make(now = Date.now()): Promise<void> {
    const next = nextMonth(monthOf(now));
    await this.partitions.ensure([now, next, nextMonth(next)]);
  }

  /** A month is dropped when all of it is older than `maximum_spend_logs_retention_period`. Sums stay, hours for 400 days. */
  async drop(now = Date.now()): Promise<void> {
    const keepMs = this.config.current.general.spendLogsKeptMs;
    if (keepMs !== null) {
      const dropped = await this.partitions.dropBefore(now - keepMs);
      if (dropped.length > 0) partitionsDropped(dropped);
    }
    await this.reports.forgetHours(now - KEEP_HOURS_MS);
  }
}
