import { bareDeployment } from '../demo-config.js';
import type { Deployment } from '../gateway-config.js';

const PREFIX = 'native:';

/** A provider that no deployment names, reached with the credentials of the worker's environment: for its own API alone. */
export const nativeDeployment = (provider: string): Deployment =>
  bareDeployment({ id: PREFIX + provider, group: provider, provider, model: '*' });

/** The provider of such a deployment's id; null: it is that of another. */
export const nativeProvider = (id: string): string | null =>
  id.startsWith(PREFIX) ? id.slice(PREFIX.length) : null;
