import { mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { demoConfig, loadConfig, type Environment, type GatewayConfig } from '@tollgate/config';
import { createLogger } from '@tollgate/observability';
import { ownMasterKey } from './master-key.js';

const logger = createLogger('config');

/** Reads the config file, or falls back to the built-in demo; an embedded gateway without a master key makes its own. */
export async function loadSettings(environment: Environment): Promise<GatewayConfig> {
  await mkdir(environment.dataDirectory, { recursive: true, mode: 0o700 });
  const config = await readConfig(environment);
  if (config.general.masterKey !== null || environment.mode === 'distributed') return config;
  return {
    ...config,
    general: { ...config.general, masterKey: await ownMasterKey(environment.dataDirectory) },
  };
}

async function readConfig(environment: Environment): Promise<GatewayConfig> {
  if (environment.configFile === null) return demoConfig(environment.variables);
  const file = resolve(environment.configFile);
  const text = await readFile(file, 'utf8');
  const { config, warnings } = loadConfig({ text, file }, environment.variables);
  for (const warning of warnings) logger.warn({ event: 'config.warning', file: dirname(file) }, warning);
  return config;
}
