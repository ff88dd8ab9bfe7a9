import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { listAlerts } from '@tollgate/contracts';
import { rollbacksUnknown } from '../events.js';
import { CanaryDesk } from './canary-desk.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
const MOST_ALERTS = 1_000;
/** What other replicas take back they tell at once; this is for news that were lost. */
const AGAIN_MS = 60_000;

/** Learns which canaries were taken back: at start, so that a restart does not try them again, and every minute. */
@Injectable()
export class RollbackMemory implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly desk: CanaryDesk,
  ) {}

  /** Does not wait: calls are routed meanwhile, and billing may start later. */
  onApplicationBootstrap(): void {
    void this.ask(FIRST_RETRY_MS);
  }

  onModuleDestroy(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private async ask(retryMs: number): Promise<void> {
    try {
      const { alerts } = await this.bus.request(listAlerts, {
        type: 'canary_rolled_back',
        limit: MOST_ALERTS,
      });
      this.desk.learn(alerts);
      this.later(AGAIN_MS, FIRST_RETRY_MS);
    } catch (cause) {
      if (!this.isOver) rollbacksUnknown(cause);
      this.later(retryMs, Math.min(LONGEST_RETRY_MS, retryMs * 2));
    }
  }

  private later(milliseconds: number, retryMs: number): void {
    if (this.isOver) return;
    this.timer = setTimeout(() => void this.ask(retryMs), milliseconds).unref();
  }
}
