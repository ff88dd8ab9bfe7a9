import type { Deployment, Setting } from '../gateway-config.js';
import { mapCredentials } from './credential-fields.js';
import { isSealed, VaultError, type Vault } from './vault.js';

type Params = Readonly<Record<string, unknown>>;

/** Parameters of a model as they may be sent and stored: every credential sealed for this model and field. */
export const sealParams = (params: Params, model: string, vault: Vault): Record<string, unknown> =>
  mapCredentials(params, (value, field) =>
    vault.seal(typeof value === 'string' ? value : JSON.stringify(value), { model, field }),
  );

/** Parameters of a model as they may be shown: without credentials. Of headers the names are left. */
export const showParams = (params: Params): Record<string, unknown> =>
  mapCredentials(params, (_value, field) => (/^(extra_)?headers\./.test(field) ? '****' : undefined));

/**
 * A deployment with every sealed value opened: for the worker that calls its provider, and nobody else. null: there is no
 * vault. Throws a `VaultError` when one cannot be opened.
 */
export function openDeployment(deployment: Deployment, vault: Vault | null): Deployment {
  const openText = (text: string, field: string): string => {
    if (!isSealed(text)) return text;
    if (vault !== null) return vault.unseal(text, { model: deployment.id, field });
    throw new VaultError(`${field} of model ${deployment.id} is sealed and TOLLGATE_SALT_KEY is not set`);
  };
  const open = <Value extends Setting | null>(setting: Value, field: string): Value | string =>
    setting !== null && typeof setting !== 'string' && 'sealed' in setting
      ? openText(setting.sealed, field)
      : setting;
  const openAll = (params: Params, path: string): Params => openTexts(params, path, openText) as Params;
  return {
    ...deployment,
    apiKey: open(deployment.apiKey, 'api_key'),
    apiBase: open(deployment.apiBase, 'api_base'),
    apiVersion: open(deployment.apiVersion, 'api_version'),
    organization: open(deployment.organization, 'organization'),
    providerSettings: Object.fromEntries(
      Object.entries(deployment.providerSettings).map(([name, value]) => [name, open(value, name)]),
    ),
    extraHeaders: Object.fromEntries(
      Object.entries(deployment.extraHeaders).map(([name, value]) => [
        name,
        open(value, `extra_headers.${name}`),
      ]),
    ),
    extraBody: openAll(deployment.extraBody, 'extra_body.'),
    defaults: openAll(deployment.defaults, ''),
  };
}

/** `path` ends in a dot, or is empty. */
function openTexts(value: unknown, path: string, open: (text: string, field: string) => string): unknown {
  if (typeof value === 'string') return open(value, path.slice(0, -1));
  if (Array.isArray(value))
    return value.map((item, index) => openTexts(item, `${path}${String(index)}.`, open));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, openTexts(item, `${path}${name}.`, open)]),
  );
}
