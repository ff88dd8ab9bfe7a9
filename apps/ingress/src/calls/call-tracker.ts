import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { ENVIRONMENT, type Environment } from '@tollgate/config';
import { callsInFlight, drainExpired } from '../events.js';

/** What ended calls may take to tell their clients. */
const FAREWELL_MS = 1_000;

/** Counts running calls. On shutdown: no new ones, and the running ones get `drainMs` to finish; then they are ended. */
@Injectable()
export class CallTracker implements OnModuleDestroy, BeforeApplicationShutdown {
  draining = false;
  private running = 0;
  private whenIdle: (() => void) | null = null;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(BUS) private readonly bus: Pick<Bus, 'drain'>,
  ) {}

  started(): void {
    this.running += 1;
    callsInFlight(this.running);
  }

  finished(): void {
    this.running -= 1;
    callsInFlight(this.running);
    if (this.running === 0) this.whenIdle?.();
  }

  onModuleDestroy(): void {
    this.draining = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (await this.idle(this.environment.drainMs)) return;
    drainExpired(this.running);
    // Their providers are stopped, what they spent is billed, and their clients get an error.
    await this.bus.drain(0);
    await this.idle(FAREWELL_MS);
  }

  /** Whether no call runs within that time. */
  private idle(milliseconds: number): Promise<boolean> {
    if (this.running === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds, false);
      this.whenIdle = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
