import {
  Global,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  Inject,
  type Provider,
} from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  ENVIRONMENT,
  LiveConfig,
  LiveVariables,
  VAULT,
  type Environment,
  type GatewayConfig,
  type Variables,
  type Vault,
} from '@tollgate/config';
import { STATE, type State } from '@tollgate/state';
import { ConfigKeeper } from './live/config-keeper.js';
import { ConfigReload } from './live/config-reload.js';
import { ModelEventsController } from './live/model-events.controller.js';
import { StoredModels } from './live/stored-models.js';
import { Readiness } from './readiness.js';
import type { Settings } from './settings.js';

export interface Platform {
  readonly bus: Bus;
  readonly state: State;
  readonly config: GatewayConfig;
  readonly environment: Environment;
  /** Opens or seals credentials; absent where nobody does. */
  readonly vault?: Vault | null;
  /** The file that is read again when it changes. */
  readonly source?: Settings['source'];
  /** The process's own variables, without those of the file. */
  readonly variables?: Variables;
  /** Whether the process has a use for the models that were added through the API. */
  readonly servesModels?: boolean;
}

/** The ports and settings of a process, injectable everywhere by their tokens. */
@Global()
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(STATE) private readonly state: State,
  ) {}

  static of(platform: Platform): DynamicModule {
    const { bus, state, config, environment, source = null } = platform;
    const live = new LiveConfig(config);
    const liveVariables = new LiveVariables(environment.variables);
    const keeper = new ConfigKeeper(config, live, liveVariables);
    const variables = platform.variables ?? environment.variables;
    const values: Provider[] = [
      { provide: BUS, useValue: bus },
      { provide: STATE, useValue: state },
      { provide: LiveConfig, useValue: live },
      { provide: LiveVariables, useValue: liveVariables },
      { provide: ENVIRONMENT, useValue: environment },
      { provide: VAULT, useValue: platform.vault ?? null },
      { provide: ConfigKeeper, useValue: keeper },
      {
        provide: StoredModels,
        useValue: new StoredModels(platform.servesModels === true ? bus : null, keeper),
      },
    ];
    const reload =
      source === null
        ? []
        : [new ConfigReload({ ...source, variables, startGeneral: config.general }, keeper)];
    return {
      module: PlatformModule,
      controllers: [ModelEventsController],
      providers: [...values, ...reload.map((useValue) => ({ provide: ConfigReload, useValue })), Readiness],
      exports: [
        ...[BUS, STATE, LiveConfig, LiveVariables, ENVIRONMENT, VAULT],
        ...[ConfigKeeper, StoredModels, Readiness],
      ],
    };
  }

  /** Ports close last: everything above them may need them while it shuts down. */
  async onApplicationShutdown(): Promise<void> {
    await this.bus.close();
    await this.state.close();
  }
}
