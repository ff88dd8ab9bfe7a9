import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { usageRecorded, type UsageEvent } from '@tollgate/contracts';
import { isDatabaseAway } from '@tollgate/database';
import { batchFailed, batchRecorded, usageRefused } from '../events.js';
import { UsageIntake } from './usage-intake.js';

/** SQLSTATE classes of data that will never fit, however often it comes: bad values and broken constraints. */
const REFUSED = /^2[23]/;

/** Takes usage events into the ledger. A rejection makes the bus bring the batch again. */
@Controller()
export class UsageController {
  constructor(private readonly intake: UsageIntake) {}

  @EventPattern<Record<string, UsageEvent[]>>(usageRecorded.subject)
  async record(events: UsageEvent[]): Promise<void> {
    const started = performance.now();
    try {
      const recorded = await this.intake.record(events);
      batchRecorded(recorded, events.length, (performance.now() - started) / 1000);
    } catch (error) {
      if (isRefused(error)) return this.recordSingly(events);
      batchFailed(error, events.length, isDatabaseAway(error));
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
      } catch (error) {
        if (!isRefused(error)) throw error;
        usageRefused(event, error.message);
      }
    }
  }
}

const isRefused = (error: unknown): error is Error =>
  error instanceof Error && REFUSED.test(String((error as { code?: unknown }).code));
