import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { KeyCache } from './key-cache.js';
import { ScopeCache } from './scope-cache.js';

const INTERVAL_MS = 100;

/** News of keys and scopes is told once: after an absence from the bus, what the cache holds may be out of date. */
@Injectable()
export class KeyNewsWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private wasConnected = true;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly keys: KeyCache,
    private readonly scopes: ScopeCache,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  look(): void {
    const connected = this.bus.isConnected();
    if (connected && !this.wasConnected) {
      this.keys.distrust();
      this.scopes.distrust();
    }
    this.wasConnected = connected;
  }
}
