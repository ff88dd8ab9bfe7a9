export {
  ROUTING_STRATEGIES,
  type CanarySettings,
  type Deployment,
  type Deprecation,
  type ErrorClass,
  type ErrorPolicy,
  type FallbackChains,
  type GatewayConfig,
  type GeneralSettings,
  type GroupSettings,
  type HedgeSettings,
  type ModelLimits,
  type RouterSettings,
  type RoutingStrategy,
  type Setting,
  type SpendLimit,
  type StrategyArguments,
  type TeamRouting,
} from './gateway-config.js';
export { ALERTING_DEFAULTS } from './alerting/alerting-defaults.js';
export type {
  AlertChannel,
  AlertingSettings,
  ChatFormat,
  OutageSettings,
} from './alerting/alerting-settings.js';
export { readAlertAddresses, type AlertAddresses, type MailSettings } from './alerting/alert-addresses.js';
export { canonicalJson } from './canonical-json.js';
export { ConfigError } from './config-error.js';
export {
  bareDeployment,
  demoConfig,
  GENERAL_DEFAULTS,
  GROUP_DEFAULTS,
  ROUTER_DEFAULTS,
} from './demo-config.js';
export { nativeDeployment, nativeDeploymentById } from './deployments/native-deployment.js';
export { ENVIRONMENT, VAULT } from './tokens.js';
export type { Environment } from './environment.js';
export { helpRequested } from './flags.js';
export { BUDGET_DEFAULTS, type BudgetSettings } from './budgets/budget-settings.js';
export type { CachedCallType, CacheSettings, SemanticCacheSettings } from './cache/cache-settings.js';
export type {
  Guardrail,
  GuardrailAction,
  GuardrailMode,
  GuardrailRule,
  ModerationRule,
  PiiEntity,
  TextPattern,
  TopicsRule,
  WebhookRule,
} from './guardrails/guardrail-settings.js';
export { isBudgetWindow, windowEnd, windowStart } from './budget-window.js';
export { offersTool, toolCost, type McpServer } from './mcp/mcp-servers.js';
export { PASS_THROUGH, passThroughOf, type PassThrough } from './pass-through/pass-through.js';
export { LiveConfig } from './live-config.js';
export { LiveVariables } from './live-variables.js';
export { matchesPattern } from './name-pattern.js';
export { nearest } from './nearest.js';
export { processEnvironment } from './process-environment.js';
export { readEnvironment, type EnvironmentDefaults } from './read-environment.js';
export { missingCredentials, resolveSetting, type Variables } from './setting.js';
export type { ConfigSource, LoadedConfig, LoadOptions } from './config-source.js';
export { liesIn } from './regions.js';
export { loadConfig } from './load-config.js';
export { credentialFields } from './vault/credential-fields.js';
export { openDeployment, sealParams, showParams } from './vault/sealed-models.js';
export { Vault, VaultError } from './vault/vault.js';
export { NameIndex, type NamedDeployment, type NamedDeployments } from './deployments/name-index.js';
export {
  NATIVE_PROVIDERS,
  parseModel,
  providerNames,
  type ModelTarget,
} from './deployments/provider-names.js';
export { readStoredDeployment, type StoredDeployment, type StoredOptions } from './stored-deployment.js';
export type { PriceAdjustments, PriceOverrides, Prices } from './prices/price-overrides.js';
