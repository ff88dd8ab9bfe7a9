import { bareDeployment } from '../demo-config.js';
import type { Deployment, GatewayConfig } from '../gateway-config.js';
import { passThroughDeployment } from '../pass-through/pass-through-deployment.js';
import { PASS_THROUGH } from '../pass-through/pass-through.js';

interface WithPassThroughs {
  readonly general: Pick<GatewayConfig['general'], 'passThroughs'>;
}

const PREFIX = 'native:';

/** A provider that no deployment names, reached with the credentials of the worker's environment: for its own API alone. */
const providerAlone = (provider: string): Deployment =>
  bareDeployment({ id: PREFIX + provider, group: provider, provider, model: '*' });

/** Who is asked for an API that no deployment of the `model_list` has: a pass-through endpoint, or the provider alone. */
export function nativeDeployment({ general }: WithPassThroughs, provider: string, model: string): Deployment {
  const endpoint =
    provider === PASS_THROUGH ? general.passThroughs.find(({ path }) => path === model) : undefined;
  return endpoint === undefined ? providerAlone(provider) : passThroughDeployment(endpoint);
}

/** The same by its id; null: it is that of another. */
export function nativeDeploymentById({ general }: WithPassThroughs, id: string): Deployment | null {
  if (id.startsWith(PREFIX)) return providerAlone(id.slice(PREFIX.length));
  return general.passThroughs.map(passThroughDeployment).find((deployment) => deployment.id === id) ?? null;
}
