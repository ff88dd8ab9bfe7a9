import { mkdir, readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  ConfigError,
  loadConfig,
  type ConfigSource,
  type Environment,
  type GatewayConfig,
  type LoadedConfig,
} from '@tollgate/config';
import { createLogger } from '@tollgate/observability';
import { ownMasterKey } from './master-key.js';

const logger = createLogger('config');

/** What is served without a config file. */
const DEMO: ConfigSource = {
  file: 'the built-in demo',
  text: 'model_list: [{ model_name: demo, litellm_params: { model: demo/demo } }]',
};

export interface Settings {
  readonly config: GatewayConfig;
  /** The process's variables with the file's `environment_variables` over them. */
  readonly environment: Environment;
}

/**
 * Reads the config file, or takes the built-in demo. An embedded gateway without a master key makes its own; a distributed
 * ingress must be given one. Throws a `ConfigError` with every problem.
 */
export async function loadSettings(environment: Environment, authenticates: boolean): Promise<Settings> {
  await mkdir(environment.dataDirectory, { recursive: true, mode: 0o700 });
  const { config, variables } = await readConfig(environment, authenticates);
  const settings = { config, environment: { ...environment, variables } };
  if (config.general.masterKey !== null || !authenticates) return settings;
  if (environment.mode === 'distributed')
    throw new ConfigError([
      'general_settings.master_key is missing: set it, or TOLLGATE_MASTER_KEY, to sk- and at least 16 characters',
    ]);
  const masterKey = await ownMasterKey(environment.dataDirectory);
  return { ...settings, config: { ...config, general: { ...config.general, masterKey } } };
}

async function readConfig(environment: Environment, authenticates: boolean): Promise<LoadedConfig> {
  const source = environment.configFile === null ? DEMO : await readSource(resolve(environment.configFile));
  const loaded = loadConfig(source, environment.variables, { needsMasterKey: authenticates });
  for (const warning of loaded.warnings) logger.warn({ event: 'config.warning', file: source.file }, warning);
  return loaded;
}

async function readSource(file: string): Promise<ConfigSource> {
  try {
    return { file, text: await readFile(file, 'utf8'), read: (path) => readFileSync(path, 'utf8') };
  } catch (cause) {
    throw new ConfigError([`the config file ${file} cannot be read: ${(cause as Error).message}`]);
  }
}
