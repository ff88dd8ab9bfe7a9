import { ConfigError, readStoredDeployment, type GatewayConfig, type Variables } from '@tollgate/config';
import type { StoredModel } from '@tollgate/contracts';

/** A stored model that cannot be served, and why: never with a secret in it. */
export interface LeftOut {
  readonly model: StoredModel;
  readonly reason: string;
}

export interface Merged {
  readonly config: GatewayConfig;
  readonly leftOut: readonly LeftOut[];
}

/**
 * The file's config with the stored models behind its deployments. One that is not valid here is left out alone; none is
 * served where the file says so (`store_model_in_db: false`).
 */
export function mergeModels(
  file: GatewayConfig,
  models: readonly StoredModel[],
  variables: Variables,
): Merged {
  if (models.length === 0 || !file.general.storeModelInDb) return { config: file, leftOut: [] };
  const own = new Set(file.deployments.map(({ id }) => id));
  const leftOut: LeftOut[] = [];
  const deployments = models.flatMap((model) => {
    if (own.has(model.id)) {
      leftOut.push({ model, reason: 'the config file has a deployment of this id' });
      return [];
    }
    try {
      const { name, params, info, id } = model;
      const { dropParams, priceAdjustments } = file.general;
      const options = { dropParams, priceAdjustments };
      return [readStoredDeployment({ name, params, info: { ...info, id } }, variables, options).deployment];
    } catch (cause) {
      leftOut.push({
        model,
        reason: cause instanceof ConfigError ? cause.problems.join('; ') : String(cause),
      });
      return [];
    }
  });
  return { config: { ...file, deployments: [...file.deployments, ...deployments] }, leftOut };
}
