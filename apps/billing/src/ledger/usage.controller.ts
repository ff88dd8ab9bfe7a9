import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { usageRecorded, type UsageEvent } from '@tollgate/contracts';
import { isDatabaseAway } from '@tollgate/database';
import { Alarm } from '../alerts/sources/alarm.js';
import { LedgerNews } from '../alerts/sources/ledger-news.js';
import { batchFailed, batchRecorded, usageRefused } from '../events.js';
import { UsageIntake } from './usage-intake.js';

/** SQLSTATE classes of data that will never fit, however often it comes: bad values and broken constraints. */
const REFUSED = /^2[23]/;

/** Takes usage events into the ledger. A rejection makes the bus bring the batch again. */
@Controller()
export class UsageController {
  constructor(
    private readonly intake: UsageIntake,
    private readonly news: LedgerNews,
    private readonly alarm: Alarm,
  ) {}

  @EventPattern<Record<string, UsageEvent[]>>(usageRecorded.subject)
  async record(events: UsageEvent[]): Promise<void> {
    const started = performance.now();
    try {
      const recorded = await this.intake.record(events);
      batchRecorded(recorded, events.length, (performance.now() - started) / 1000);
      this.news.recorded(events);
    } catch (error) {
      if (isRefused(error)) return this.recordSingly(events);
      const isAway = isDatabaseAway(error);
      batchFailed(error, events.length, isAway);
      this.alarm.batchFailed(error, isAway);
      throw error;
    }
  }

  /** One event that cannot be stored must not keep out those that came with it, nor come back for ever. */
  private async recordSingly(events: readonly UsageEvent[]): Promise<void> {
    for (const event of events) {
      const started = performance.now();
      try {
        const recorded = await this.intake.record([event]);
        batchRecorded(recorded, 1, (performance.now() - started) / 1000);
        this.news.recorded([event]);
      } catch (error) {
        if (!isRefused(error)) throw error;
        usageRefused(event, error.message);
        this.alarm.usageRefused(error);
      }
    }
  }
}

const isRefused = (error: unknown): error is Error =>
  error instanceof Error && REFUSED.test(String((error as { code?: unknown }).code));
