import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { keyChanged } from '@tollgate/contracts';
import { JOBS, type Jobs } from '@tollgate/jobs';
import { expiredKeysPurged } from '../events.js';
import { KeyStore } from '../keys/key-store.js';

const HOUR_MS = 3_600_000;

/** Expired keys are kept for a while, so that their users see "expired" and not "unknown". */
const KEEP_EXPIRED_MS = 30 * 24 * HOUR_MS;

const PURGE_EXPIRED_KEYS = 'keys.purge-expired';

/** Everything that billing does by the clock. */
@Injectable()
export class ScheduledJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(JOBS) private readonly jobs: Jobs,
    @Inject(BUS) private readonly bus: Bus,
    private readonly keys: KeyStore,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.jobs.handle(PURGE_EXPIRED_KEYS, () => this.purgeExpiredKeys());
    await this.jobs.start();
    await this.jobs.repeat(PURGE_EXPIRED_KEYS, HOUR_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.jobs.close();
  }

  async purgeExpiredKeys(): Promise<void> {
    const deleted = await this.keys.deleteExpired(Date.now() - KEEP_EXPIRED_MS);
    for (const hash of deleted) this.bus.publish(keyChanged, { hash });
    if (deleted.length > 0) expiredKeysPurged(deleted.length);
  }
}
