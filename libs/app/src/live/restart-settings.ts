import {
  resolveSetting,
  type GatewayConfig,
  type GeneralSettings,
  type Setting,
  type Variables,
} from '@tollgate/config';

/** Settings that are used once, at start, by their names in the file. */
const RESTART = {
  masterKey: 'general_settings.master_key',
  allowWeakMasterKey: 'general_settings.dangerously_permit_weak_or_unset_master_key',
  databaseUrl: 'general_settings.database_url',
  maxRequestBytes: 'general_settings.max_request_size_mb',
} as const satisfies Partial<Record<keyof GeneralSettings, string>>;

type Key = keyof typeof RESTART;
const KEYS = Object.keys(RESTART) as Key[];

interface Loaded {
  readonly config: GatewayConfig;
  readonly variables: Variables;
}

/** A reference stays one where its variable is not set: the process has no use for it. */
const valueOf = (value: Setting | boolean | number | null, variables: Variables): unknown =>
  typeof value === 'object' ? (resolveSetting(value, variables) ?? JSON.stringify(value)) : value;

/** A config of now with the settings of the start, which alone hold until a restart. */
export function withStartSettings(config: GatewayConfig, start: GeneralSettings): GatewayConfig {
  const { masterKey, allowWeakMasterKey, databaseUrl, maxRequestBytes } = start;
  return {
    ...config,
    general: { ...config.general, masterKey, allowWeakMasterKey, databaseUrl, maxRequestBytes },
  };
}

/** The settings that another file would change if the process were started again. */
export const changedAtRestart = (start: Loaded, now: Loaded): string[] =>
  KEYS.filter(
    (key) =>
      valueOf(start.config.general[key], start.variables) !== valueOf(now.config.general[key], now.variables),
  ).map((key) => RESTART[key]);
