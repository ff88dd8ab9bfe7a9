import { Injectable } from '@nestjs/common';
import { BoundedMap } from '@tollgate/collections';
import { LiveConfig, matchesPattern, type GatewayConfig } from '@tollgate/config';

/** LiteLLM's word for "every model of the gateway". */
const ALL_MODELS = 'all-proxy-models';

/** Whether a list of names (of a key) covers a model. An alias counts by its own name and by its target's. */
@Injectable()
export class ModelAccess {
  private decided = new WeakMap<readonly string[], BoundedMap<string, boolean>>();
  private aliases: GatewayConfig['aliases'] = new Map();

  constructor(config: LiveConfig) {
    config.follow(({ aliases }) => {
      this.aliases = aliases;
      this.decided = new WeakMap();
    });
  }

  /** Remembered for each list: key records are replaced whole, never changed. */
  allows(models: readonly string[], model: string): boolean {
    if (models.length === 0) return true;
    let byModel = this.decided.get(models);
    if (byModel === undefined) {
      byModel = new BoundedMap(256);
      this.decided.set(models, byModel);
    }
    const known = byModel.get(model);
    if (known !== undefined) return known;
    const allowed = this.decide(models, model);
    byModel.set(model, allowed);
    return allowed;
  }

  private decide(models: readonly string[], model: string): boolean {
    const target = this.aliases.get(model)?.model;
    const names = target === undefined ? [model] : [model, target];
    return models.some((entry) => entry === ALL_MODELS || names.some((name) => matchesPattern(entry, name)));
  }
}
