import { Global, Module, type DynamicModule, type OnApplicationShutdown, Inject } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { ENVIRONMENT, GATEWAY_CONFIG, type Environment, type GatewayConfig } from '@tollgate/config';
import { STATE, type State } from '@tollgate/state';
import { Readiness } from './readiness.js';

export interface Platform {
  readonly bus: Bus;
  readonly state: State;
  readonly config: GatewayConfig;
  readonly environment: Environment;
}

/** The ports and settings of a process, injectable everywhere by their tokens. */
@Global()
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(STATE) private readonly state: State,
  ) {}

  static of({ bus, state, config, environment }: Platform): DynamicModule {
    const values = [
      { provide: BUS, useValue: bus },
      { provide: STATE, useValue: state },
      { provide: GATEWAY_CONFIG, useValue: config },
      { provide: ENVIRONMENT, useValue: environment },
    ];
    return {
      module: PlatformModule,
      providers: [...values, Readiness],
      exports: [BUS, STATE, GATEWAY_CONFIG, ENVIRONMENT, Readiness],
    };
  }

  /** Ports close last: everything above them may need them while it shuts down. */
  async onApplicationShutdown(): Promise<void> {
    await this.bus.close();
    await this.state.close();
  }
}
