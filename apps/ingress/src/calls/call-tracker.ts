import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '@tollgate/config';
import { callsInFlight, drainExpired } from '../events.js';

/** Counts running calls. On shutdown: no new ones, and the running ones get `drainMs` to finish. */
@Injectable()
export class CallTracker implements OnModuleDestroy, BeforeApplicationShutdown {
  draining = false;
  private running = 0;
  private whenIdle: (() => void) | null = null;

  constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

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
    if (this.running === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        drainExpired(this.running);
        resolve();
      }, this.environment.drainMs);
      this.whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
