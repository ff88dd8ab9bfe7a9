import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '@tollgate/config';
import { STATE, type State } from '@tollgate/state';
import { deploymentsCooling, strategyNotAvailable } from './events.js';
import { openCircuits } from './health/open-circuits.js';

const EVERY_MS = 1_000;

/** Shows how many deployments are out, and at start which wishes of the config are not met. */
@Injectable()
export class CoolingMonitor implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(STATE) private readonly state: State,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  onModuleInit(): void {
    const { routingStrategy } = this.config.router;
    if (routingStrategy !== 'simple-shuffle') strategyNotAvailable(routingStrategy);
    this.timer = setInterval(
      () => deploymentsCooling(openCircuits(this.state, Date.now()).size),
      EVERY_MS,
    ).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
