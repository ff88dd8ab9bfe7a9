import { ConfigError } from './config-error.js';
import type { ConfigSource, LoadOptions, LoadedConfig } from './config-source.js';
import type { Deployment } from './gateway-config.js';
import { loadConfig } from './load-config.js';
import type { Variables } from './setting.js';

/** For specs: a text as if it were `/etc/tollgate.yaml`. */
export const load = (
  text: string,
  variables: Variables = {},
  options: Partial<ConfigSource> & LoadOptions = {},
): LoadedConfig => loadConfig({ text, file: '/etc/tollgate.yaml', ...options }, variables, options);

/** The problems of a text that must have some. */
export function problemsOf(
  text: string,
  variables: Variables = {},
  options: Partial<ConfigSource> = {},
): readonly string[] {
  try {
    load(text, variables, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

/** A file with one deployment that has these further parameters. */
export const model = (params: string, name = 'chat'): string =>
  `model_list:\n  - model_name: ${name}\n    litellm_params: { model: openai/gpt-4o, ${params} }\n`;

/** The first deployment of a text. */
export function only(text: string, variables: Variables = {}): Deployment {
  const deployment = load(text, variables).config.deployments[0];
  if (deployment === undefined) throw new Error('no deployment');
  return deployment;
}
