import type { PathQuery, Provider } from '../provider.js';
import { chatPath } from './openai-compatible.js';

/** The last stable dated version of the deployments API. */
const DEFAULT_VERSION = '2024-10-21';

/**
 * Azure has two shapes: the deployment in the path with a dated version, and the v1 API (a base that ends in `/openai/v1`)
 * where the deployment is the body's `model` and a version is sent only when configured.
 */
function azurePath({ basePath, model, apiVersion }: PathQuery): string {
  if (basePath.endsWith('/openai/v1')) {
    return (
      chatPath({ basePath }) + (apiVersion === null ? '' : `?api-version=${encodeURIComponent(apiVersion)}`)
    );
  }
  const deployment = basePath.includes('/openai/deployments/')
    ? basePath
    : `${basePath}/openai/deployments/${encodeURIComponent(model)}`;
  return `${chatPath({ basePath: deployment })}?api-version=${encodeURIComponent(apiVersion ?? DEFAULT_VERSION)}`;
}

export const azure: Provider = {
  name: 'azure',
  label: 'Azure',
  dialect: 'openai-chat',
  variables: { apiKey: ['AZURE_API_KEY'], apiBase: ['AZURE_API_BASE'], apiVersion: ['AZURE_API_VERSION'] },
  defaultBase: null,
  needsKey: true,
  path: azurePath,
  headers: ({ apiKey }): Record<string, string> => (apiKey === null ? {} : { 'api-key': apiKey }),
  defaultHeaders: {},
  vendorHeaders: 'openai-',
  acceptsMetadata: true,
  asksStreamUsage: true,
  outputCapField: 'max_completion_tokens',
};
