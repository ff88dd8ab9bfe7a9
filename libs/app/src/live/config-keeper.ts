import type { GatewayConfig, LiveConfig, LiveVariables, Variables } from '@tollgate/config';
import type { StoredModel } from '@tollgate/contracts';
import { followerFailed, storedModelLeftOut, storedModelsCounted } from '../events.js';
import { mergeModels, type LeftOut } from './merge-models.js';

/** Keeps the config that holds: the file's with the stored models over it, made anew when either changes. */
export class ConfigKeeper {
  private models: readonly StoredModel[] = [];
  private served: ReadonlyMap<string, StoredModel> = new Map();
  private leftOut: ReadonlyMap<string, LeftOut> = new Map();

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

  /** The stored model that a deployment is; undefined: it is of the file, or there is none. */
  servedModel(id: string): StoredModel | undefined {
    return this.served.get(id);
  }

  /** The stored models that cannot be served, and why. */
  get modelsLeftOut(): readonly LeftOut[] {
    return [...this.leftOut.values()];
  }

  private merge(): void {
    const { config, leftOut } = mergeModels(this.file, this.models, this.variables.current);
    for (const { model, reason } of leftOut) {
      if (this.leftOut.get(model.id)?.reason !== reason) storedModelLeftOut(model, reason);
    }
    this.leftOut = new Map(leftOut.map((entry) => [entry.model.id, entry]));
    const served = config === this.file ? [] : this.models.filter(({ id }) => !this.leftOut.has(id));
    this.served = new Map(served.map((model) => [model.id, model]));
    storedModelsCounted(served.length, leftOut.length);
    try {
      this.live.replace(config);
    } catch (cause) {
      followerFailed(cause);
    }
  }
}
