import { readAliases, checkAliases } from './aliases.js';
import { ACCEPTED_LITELLM_SETTINGS, ACCEPTED_TOP_LEVEL } from './accepted-keys.js';
import { ConfigError } from './config-error.js';
import type { ConfigSource, LoadOptions, LoadedConfig } from './config-source.js';
import { readCredentials } from './credentials.js';
import { readDeployments } from './deployments.js';
import type { GatewayConfig } from './gateway-config.js';
import { readGeneralSettings } from './general-settings.js';
import { GroupNames } from './group-names.js';
import { readTree } from './include.js';
import { describe, type LocatedMap } from './located.js';
import { topSection } from './named-sections.js';
import { Report } from './report.js';
import { readRouterSettings } from './router-settings.js';
import { Section, type ReadContext } from './section.js';
import { referencedVariable, type Variables } from './setting.js';
import type { KeyOf } from './settings.js';

/**
 * Reads a LiteLLM config. Throws one `ConfigError` with every problem; what is merely odd or without effect is in the
 * warnings. `variables` resolve the `os.environ/NAME` references, under the file's own `environment_variables`.
 */
export function loadConfig(
  source: ConfigSource,
  variables: Variables,
  options: LoadOptions = {},
): LoadedConfig {
  const report = new Report(source.file);
  const tree = readTree(source, report);
  const context: ReadContext = { report, variables: withOwnVariables(tree, variables, report) };
  const config = readConfig(new Section(tree, '', context), options);
  if (report.problems.length > 0) throw new ConfigError(report.problems);
  return { config, warnings: report.warnings, variables: context.variables };
}

function readConfig(root: Section<KeyOf<''>>, { needsMasterKey = true }: LoadOptions): GatewayConfig {
  const router = topSection(root, 'router_settings');
  const litellm = topSection(root, 'litellm_settings');
  const dropParams = litellm.boolean('drop_params') ?? false;
  const deployments = readDeployments(root, { credentials: readCredentials(root), dropParams });
  const aliases = readAliases(router, litellm);
  const names = new GroupNames(deployments, aliases);
  const config: GatewayConfig = {
    deployments,
    aliases: checkAliases(aliases, names, root.context),
    router: readRouterSettings(router, litellm, names),
    general: readGeneralSettings(topSection(root, 'general_settings'), { dropParams, needsMasterKey }),
  };
  litellm.finish(ACCEPTED_LITELLM_SETTINGS);
  finishRoot(root);
  if (deployments.length === 0) {
    root.context.report.warning(
      'model_list',
      root.placeOf('model_list'),
      'is empty: there is nothing to serve',
    );
  }
  return config;
}

function finishRoot(root: Section<KeyOf<''>>): void {
  // Read before there were sections.
  root.ignore((key) => key === 'environment_variables' || key === 'include');
  // NOTE `x-` keys hold YAML anchors by custom; they are nobody's typo.
  root.ignore((key) => key.startsWith('x-'));
  root.finish(ACCEPTED_TOP_LEVEL);
}

/** The process's variables with `environment_variables` of the file over them. */
function withOwnVariables(tree: LocatedMap, variables: Variables, report: Report): Variables {
  const entry = tree.entries.get('environment_variables');
  if (entry === undefined) return variables;
  const { value } = entry;
  if (value.kind !== 'map') {
    if (!(value.kind === 'scalar' && value.value === null)) {
      report.problem('environment_variables', entry.place, `expected a mapping, got ${describe(value)}`);
    }
    return variables;
  }
  const own = [...value.entries].map(([name, { place, value: item }]) => {
    const path = `environment_variables.${name}`;
    if (item.kind !== 'scalar') {
      report.problem(path, place, `expected a string, got ${describe(item)}`);
      return [name, undefined] as const;
    }
    const reference = referencedVariable(item.source);
    if (reference === null) return [name, item.value === null ? '' : item.source] as const;
    if (variables[reference] === undefined) {
      report.problem(path, place, `the environment variable ${reference} is not set`);
    }
    return [name, variables[reference]] as const;
  });
  return { ...variables, ...Object.fromEntries(own) };
}
