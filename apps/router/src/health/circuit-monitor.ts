import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { STATE, type State } from '@tollgate/state';
import { deploymentsCooling } from '../events.js';
import { openCircuits } from './open-circuits.js';

const EVERY_MS = 1_000;

/** Shows how many deployments are out. */
@Injectable()
export class CircuitMonitor implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(STATE) private readonly state: State) {}

  onModuleInit(): void {
    const show = (): void => deploymentsCooling(openCircuits(this.state, Date.now()).size);
    this.timer = setInterval(show, EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
