import type { GatewayConfig, Setting } from './gateway-config.js';
import { isSealed } from './vault/vault.js';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

const REFERENCE = /^os\.environ\/(.+)$/;
/** LiteLLM's users write whole headers so. */
const SCHEME_AND_REFERENCE = /^([A-Za-z][\w-]* )os\.environ\/(\S+)$/;

/** The variable that an `os.environ/NAME` string refers to; null for any other string. */
export const referencedVariable = (text: string): string | null => REFERENCE.exec(text.trim())?.[1] ?? null;

export function toSetting(text: string): Setting {
  if (isSealed(text)) return { sealed: text };
  const variable = referencedVariable(text);
  if (variable !== null) return { env: variable };
  const [, before, env] = SCHEME_AND_REFERENCE.exec(text) ?? [];
  return before === undefined || env === undefined ? text : { env, before };
}

/**
 * The value itself; null when there is no setting, or its variable is not set (an empty one counts as not set), or it is
 * sealed: workers open a deployment first (`openDeployment`).
 */
export function resolveSetting(setting: Setting | null, variables: Variables): string | null {
  if (setting === null || typeof setting === 'string') return setting;
  if ('sealed' in setting) return null;
  const value = variables[setting.env];
  return value === undefined || value === '' ? null : (setting.before ?? '') + value;
}

/** Names of the variables that deployments of these providers (null: of all) refer to and that are not set. */
export function missingCredentials(
  config: GatewayConfig,
  providers: readonly string[] | null,
  variables: Variables,
): string[] {
  const served = config.deployments.filter(({ provider }) => providers?.includes(provider) ?? true);
  const settings = served.flatMap(
    ({ apiKey, apiBase, apiVersion, organization, providerSettings, extraHeaders }) => [
      apiKey,
      apiBase,
      apiVersion,
      organization,
      ...Object.values(providerSettings),
      ...Object.values(extraHeaders),
    ],
  );
  const missing = settings.flatMap((setting) =>
    setting !== null &&
    typeof setting !== 'string' &&
    'env' in setting &&
    resolveSetting(setting, variables) === null
      ? [setting.env]
      : [],
  );
  return [...new Set(missing)].sort();
}
