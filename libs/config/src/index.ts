export type {
  Deployment,
  GatewayConfig,
  GeneralSettings,
  PriceOverrides,
  RouterSettings,
  Setting,
} from './gateway-config.js';
export { ENVIRONMENT, GATEWAY_CONFIG } from './tokens.js';
export type { Environment } from './environment.js';
