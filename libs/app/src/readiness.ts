import { BUS, type Bus } from '@tollgate/bus';
import { STATE, type State } from '@tollgate/state';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Dependency } from './dependency.js';
import { StoredModels } from './live/stored-models.js';

/** What a load balancer asks. Turns red as the first step of a shutdown, while running calls go on. */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private readonly dependencies: Dependency[] = [];
  private draining = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(STATE) private readonly state: State,
    private readonly models: StoredModels,
  ) {}

  /** True from the first moment of a shutdown: no new call may start. */
  isDraining(): boolean {
    return this.draining;
  }

  /** Adds what a module needs: readiness says `<name> away` while `ask` rejects or stays silent. */
  needs(name: string, ask: () => Promise<unknown>): void {
    this.dependencies.push(new Dependency(name, ask));
  }

  /** What is wrong, or nothing. Within a second. */
  async problems(): Promise<string[]> {
    const areAway = await Promise.all(this.dependencies.map((dependency) => dependency.isAway()));
    return [
      ...(this.draining ? ['draining'] : []),
      ...(this.bus.isConnected() ? [] : ['bus away']),
      ...(this.state.isConnected() ? [] : ['state away']),
      ...this.dependencies.filter((_, index) => areAway[index]).map(({ name }) => `${name} away`),
      ...(this.models.isReady() ? [] : ['stored models not read yet']),
    ];
  }

  onModuleDestroy(): void {
    this.draining = true;
  }
}
