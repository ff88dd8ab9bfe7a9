import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  loadConfig,
  Vault,
  type ConfigSource,
  type Environment,
  type GatewayConfig,
  type LoadedConfig,
} from '@tollgate/config';
import type { Service } from '@tollgate/contracts';
import { configWarned } from './events.js';
import { ConfigFile } from './live/config-file.js';
import { masterKeyOf, type MasterKeyOrigin } from './master-key.js';
import { ownSecret } from './own-secret.js';

/** What is served without a config file. */
const DEMO: ConfigSource = {
  file: 'the built-in demo',
  text: 'model_list: [{ model_name: demo, litellm_params: { model: demo/demo } }]',
};

export interface Settings {
  readonly config: GatewayConfig;
  /** Null in a process that does not authenticate. */
  readonly masterKeyOrigin: MasterKeyOrigin | null;
  /** The process's variables with the file's `environment_variables` over them. */
  readonly environment: Environment;
  /** The file and what it held, for who watches it; null: the demo is served. */
  readonly source: { readonly file: ConfigFile; readonly loaded: LoadedConfig } | null;
  /** For the processes that seal or open credentials; null: there is no salt key. */
  readonly vault: Vault | null;
}

/**
 * Reads the config file, or takes the built-in demo. An embedded gateway without a master key or salt key makes its own; a
 * distributed ingress must be given the former. Throws a `ConfigError` with every problem.
 */
export async function loadSettings(
  environment: Environment,
  services: readonly Service[],
): Promise<Settings> {
  await mkdir(environment.dataDirectory, { recursive: true, mode: 0o700 });
  const authenticates = services.includes('ingress');
  const options = { needsMasterKey: authenticates };
  const { configFile } = environment;
  const file = configFile === null ? null : new ConfigFile(resolve(configFile), options);
  const loaded = file?.load(environment.variables) ?? loadConfig(DEMO, environment.variables, options);
  for (const warning of loaded.warnings) configWarned(file?.path ?? DEMO.file, warning);
  const { general } = loaded.config;
  const master = authenticates ? await masterKeyOf(general.masterKey, environment) : null;
  return {
    config: { ...loaded.config, general: { ...general, masterKey: master?.key ?? general.masterKey } },
    masterKeyOrigin: master?.origin ?? null,
    environment: { ...environment, variables: loaded.variables },
    source: file === null ? null : { file, loaded },
    vault: await openVault(environment, services),
  };
}

/** Ingresses seal and workers open; no other process has a use for the salt key. */
async function openVault(
  { mode, dataDirectory, saltKey }: Environment,
  services: readonly Service[],
): Promise<Vault | null> {
  if (!services.includes('ingress') && !services.includes('worker')) return null;
  if (saltKey !== null) return new Vault(saltKey);
  return mode === 'embedded' ? new Vault((await ownSecret(dataDirectory, 'salt-key', '')).text) : null;
}
