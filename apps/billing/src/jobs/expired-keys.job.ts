import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { keyChanged } from '@tollgate/contracts';
import { expiredKeysPurged } from '../events.js';
import { KeyStore } from '../keys/key-store.js';
import type { JobSource, ScheduledJob } from './scheduled-job.js';

const HOUR_MS = 3_600_000;

/** Expired keys are kept for a while, so that their users see "expired" and not "unknown". */
const KEEP_EXPIRED_MS = 30 * 24 * HOUR_MS;

/** What is known of deleted keys, for those who ask what became of one. */
const KEEP_DELETED_MS = 90 * 24 * HOUR_MS;

/** Deletes keys long after they expired, and forgets them long after they were deleted. */
@Injectable()
export class ExpiredKeysJob implements JobSource {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly keys: KeyStore,
  ) {}

  jobs(): readonly ScheduledJob[] {
    return [{ name: 'keys.purge-expired', everyMs: HOUR_MS, run: () => this.purge() }];
  }

  private async purge(): Promise<void> {
    await this.keys.forgetDeleted(Date.now() - KEEP_DELETED_MS);
    const deleted = await this.keys.deleteExpired(Date.now() - KEEP_EXPIRED_MS);
    for (const hash of deleted) this.bus.publish(keyChanged, { hash });
    if (deleted.length > 0) expiredKeysPurged(deleted.length);
  }
}
