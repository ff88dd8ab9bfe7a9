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
  type PriceOverrides,
  type RouterSettings,
  type RoutingStrategy,
  type Setting,
  type SpendLimit,
  type StrategyArguments,
  type TeamRouting,
} from './gateway-config.js';
export { ConfigError } from './config-error.js';
export {
  bareDeployment,
  demoConfig,
  GENERAL_DEFAULTS,
  GROUP_DEFAULTS,
  ROUTER_DEFAULTS,
} from './demo-config.js';
export { ENVIRONMENT, GATEWAY_CONFIG } from './tokens.js';
export type { Environment } from './environment.js';
export { helpRequested } from './flags.js';
export { nearest } from './nearest.js';
export { processEnvironment } from './process-environment.js';
export { readEnvironment, type EnvironmentDefaults } from './read-environment.js';
export { missingCredentials, resolveSetting, type Variables } from './setting.js';
export type { ConfigSource, LoadedConfig, LoadOptions } from './config-source.js';
export { loadConfig } from './load-config.js';
export { Vault, VaultError, type SealedPlace } from './vault.js';
export { parseModel, type ModelTarget } from './provider-names.js';
