import { ACCEPTED_LITELLM_SETTINGS, ACCEPTED_TOP_LEVEL } from './accepted-keys.js';
import { readBudgetSettings } from './budgets/read-budgets.js';
import { readCache } from './cache/read-cache.js';
import { isTimeZone } from './calendar.js';
import { ConfigError } from './config-error.js';
import type { ConfigSource, LoadOptions, LoadedConfig } from './config-source.js';
import { GENERAL_DEFAULTS } from './demo-config.js';
import { readCredentials } from './deployments/credentials.js';
import { readDeployments } from './deployments/deployments.js';
import type { GatewayConfig } from './gateway-config.js';
import { readGeneralSettings, readStoresModels } from './general-settings.js';
import { readGuardrails } from './guardrails/read-guardrails.js';
import { readTree } from './include.js';
import { readMcpServers } from './mcp/read-mcp-servers.js';
import { Mentions } from './mentions.js';
import { topSection } from './named-sections.js';
import { withOwnVariables } from './own-variables.js';
import { readAdjustments } from './prices/read-adjustments.js';
import { Report } from './report.js';
import { readAliases } from './routing/aliases.js';
import { GroupBook } from './routing/group-book.js';
import { GroupNames } from './routing/group-names.js';
import { readRouterSettings } from './routing/router-settings.js';
import { Section, type ReadContext } from './section.js';
import type { Variables } from './setting.js';
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
  const report = Report.ofFile(source.file);
  const tree = readTree(source, report);
  const context: ReadContext = {
    report,
    variables: withOwnVariables(tree, variables, report),
    mentions: new Mentions(),
  };
  const config = readConfig(new Section(tree, '', context), options);
  if (report.problems.length > 0) throw new ConfigError(report.problems);
  return { config, warnings: report.warnings, variables: context.variables };
}

function readConfig(root: Section<KeyOf<''>>, { needsMasterKey = true }: LoadOptions): GatewayConfig {
  const { report, mentions } = root.context;
  const router = topSection(root, 'router_settings');
  const litellm = topSection(root, 'litellm_settings');
  const dropParams = litellm.boolean('drop_params') ?? false;
  const timeZone = readTimeZone(litellm);
  const priceAdjustments = readAdjustments(litellm);
  const cache = readCache(litellm);
  const book = new GroupBook(report);
  const shared = { credentials: readCredentials(root), dropParams, priceAdjustments, book };
  const deployments = readDeployments(root, shared);
  const aliases = readAliases(router, litellm, book);
  const routerSettings = readRouterSettings(router, litellm, { deployments, book });
  const names = new GroupNames(deployments, aliases);
  const guardrails = readGuardrails([root, litellm], deployments);
  const general = topSection(root, 'general_settings');
  const storesModels = readStoresModels(general);
  mentions.check(names, report, { mayBeStored: storesModels === true });
  book.checkCanaries(names);
  const config: GatewayConfig = {
    deployments,
    aliases,
    router: { ...routerSettings, groups: book.settings(names) },
    guardrails,
    mcpServers: readMcpServers(root),
    general: readGeneralSettings(general, {
      ...{ dropParams, priceAdjustments, timeZone, cache, needsMasterKey, storesModels },
      budgets: readBudgetSettings(litellm, general),
    }),
  };
  litellm.finish(ACCEPTED_LITELLM_SETTINGS);
  finishRoot(root);
  if (deployments.length === 0) {
    report.warning('model_list', root.placeOf('model_list'), 'is empty: there is nothing to serve');
  }
  return config;
}

function readTimeZone(litellm: Section<KeyOf<'litellm_settings'>>): string {
  const name = litellm.text('timezone');
  if (name === null || isTimeZone(name)) return name ?? GENERAL_DEFAULTS.timeZone;
  litellm.problem('timezone', `expected a time zone such as Europe/Berlin, got ${JSON.stringify(name)}`);
  return GENERAL_DEFAULTS.timeZone;
}

function finishRoot(root: Section<KeyOf<''>>): void {
  // Read before there were sections.
  root.ignore((key) => key === 'environment_variables' || key === 'include');
  // NOTE `x-` keys hold YAML anchors by custom; they are nobody's typo.
  root.ignore((key) => key.startsWith('x-'));
  root.finish(ACCEPTED_TOP_LEVEL);
}
