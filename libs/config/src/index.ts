export type {
  Deployment,
  GatewayConfig,
  GeneralSettings,
  PriceOverrides,
  RouterSettings,
  Setting,
} from './gateway-config.js';
