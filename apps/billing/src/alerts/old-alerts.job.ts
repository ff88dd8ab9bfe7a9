import { Injectable } from '@nestjs/common';
import type { JobSource, ScheduledJob } from '../jobs/scheduled-job.js';
import { AlertStore } from './alert-store.js';

const DAY_MS = 24 * 3_600_000;

/** Longer than any budget alert must be remembered not to be told again: a quarter and its forecasts. */
const KEEP_MS = 400 * DAY_MS;

/** Forgets alerts of long ago. */
@Injectable()
export class OldAlertsJob implements JobSource {
  constructor(private readonly alerts: AlertStore) {}

  jobs(): readonly ScheduledJob[] {
    return [
      {
        name: 'alerts.forget-old',
        everyMs: DAY_MS,
        run: async () => {
          await this.alerts.deleteBefore(Date.now() - KEEP_MS);
        },
      },
    ];
  }
}
