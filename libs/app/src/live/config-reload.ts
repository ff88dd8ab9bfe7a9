import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { ConfigError, type LoadedConfig, type Variables } from '@tollgate/config';
import { configReloaded, configReloadFailed, configWarned, restartNeeded } from '../events.js';
import type { ConfigFile } from './config-file.js';
import type { ConfigKeeper } from './config-keeper.js';
import { FileWatch, type FileWatchOptions } from './file-watch.js';
import { changedAtRestart, withStartSettings } from './restart-settings.js';

export interface ReloadOptions {
  readonly file: ConfigFile;
  /** The process's own, without those of the file. */
  readonly variables: Variables;
  /** What the file held when the process started. */
  readonly loaded: LoadedConfig;
  /** What of it holds: an embedded gateway may have made its own master key. */
  readonly startGeneral: LoadedConfig['config']['general'];
  readonly watch?: FileWatchOptions;
}

/** Reads the config file again when it changes, or on SIGHUP. A broken file changes nothing and is told of once. */
export class ConfigReload implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly watch: FileWatch;
  private readonly told: Set<string>;
  private restartTold = '';
  private readonly onSignal = (): void => this.reload();

  constructor(
    private readonly options: ReloadOptions,
    private readonly keeper: ConfigKeeper,
  ) {
    this.told = new Set(options.loaded.warnings);
    this.watch = new FileWatch(() => void this.check(), options.watch);
  }

  async onApplicationBootstrap(): Promise<void> {
    process.on('SIGHUP', this.onSignal);
    await this.lookOut();
  }

  onModuleDestroy(): void {
    process.off('SIGHUP', this.onSignal);
    this.watch.close();
  }

  /** Reads the file whether it changed or not. */
  reload(): void {
    const { file, variables } = this.options;
    try {
      this.take(file.reload(variables));
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      configReloadFailed(file.path, cause.problems);
    }
    void this.lookOut();
  }

  /** For what the file includes by now; it may have changed since it was read. */
  private async lookOut(): Promise<void> {
    await this.watch.watch(this.options.file.files);
    await this.check();
  }

  private async check(): Promise<void> {
    if (await this.options.file.hasChanged()) this.reload();
  }

  private take(loaded: LoadedConfig): void {
    const { file, loaded: start, startGeneral } = this.options;
    this.keeper.replaceFile(withStartSettings(loaded.config, startGeneral), loaded.variables);
    configReloaded(file.path, loaded.config.deployments.length);
    for (const warning of loaded.warnings) if (!this.told.has(warning)) configWarned(file.path, warning);
    for (const warning of loaded.warnings) this.told.add(warning);
    const settings = changedAtRestart(start, loaded);
    if (settings.length > 0 && settings.join() !== this.restartTold) restartNeeded(file.path, settings);
    this.restartTold = settings.join();
  }
}
