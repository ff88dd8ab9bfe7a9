import type { GatewayConfig, LiveConfig, LiveVariables, Variables } from '@tollgate/config';
import type { StoredModel } from '@tollgate/contracts';
import { followerFailed, storedModelLeftOut, storedModelsCounted } from '../events.js';
import { mergeModels, type LeftOut } from './merge-models.js';

/** Keeps the config that holds: the file's with the stored models over it, made anew when either changes. */
export class ConfigKeeper {
  private models: readonly StoredModel[] = [];
  private leftOut: readonly LeftOut[] = [];

  /** @param file the config of the file alone. */
  constructor(
    private file: GatewayConfig,
    readonly live: LiveConfig,
    private readonly variables: LiveVariables,
  ) {}

  replaceFile(file: GatewayConfig, variables: Variables): void {
    this.file = file;
    this.variables.replace(variables);
    this.merge();
  }

  replaceModels(models: readonly StoredModel[]): void {
    this.models = models;
    this.merge();
  }

  /** Every stored model, served or not. */
  get storedModels(): readonly StoredModel[] {
    return this.models;
  }

  /** Why a stored model is not served; null: it is. */
  reasonLeftOut(id: string): string | null {
    return this.leftOut.find(({ model }) => model.id === id)?.reason ?? null;
  }

  private merge(): void {
    const { config, leftOut } = mergeModels(this.file, this.models, this.variables.current);
    for (const entry of leftOut) {
      const isKnown = this.leftOut.some(
        ({ model, reason }) => model.id === entry.model.id && reason === entry.reason,
      );
      if (!isKnown) storedModelLeftOut(entry.model, entry.reason);
    }
    this.leftOut = leftOut;
    storedModelsCounted(config.deployments.length - this.file.deployments.length, leftOut.length);
    try {
      this.live.replace(config);
    } catch (cause) {
      followerFailed(cause);
    }
  }
}
