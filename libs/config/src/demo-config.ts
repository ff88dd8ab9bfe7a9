import type { Deployment, GatewayConfig, GeneralSettings, RouterSettings } from './gateway-config.js';

/** What holds when the file says nothing. Sources: LiteLLM's router and proxy defaults. */
export const ROUTER_DEFAULTS: RouterSettings = {
  numRetries: 2,
  timeoutMs: 600_000,
  streamTimeoutMs: null,
  retryAfterMs: 0,
  allowedFails: null,
  cooldownMs: 5_000,
  disableCooldowns: false,
  maxFallbacks: 5,
  fallbacks: new Map(),
  routingStrategy: 'simple-shuffle',
};

export const GENERAL_DEFAULTS: GeneralSettings = {
  masterKey: null,
  allowWeakMasterKey: false,
  databaseUrl: null,
  keyHeaderName: null,
  keyCacheTtlMs: 60_000,
  maxRequestBytes: 100 * 1024 * 1024,
  dropParams: false,
  alwaysIncludeStreamUsage: false,
  onStateDown: 'refuse',
};

/** A deployment with nothing set but what it cannot do without. */
export const bareDeployment = (
  names: Pick<Deployment, 'id' | 'group' | 'provider' | 'model'>,
): Deployment => ({
  ...names,
  apiKey: null,
  apiBase: null,
  apiVersion: null,
  organization: null,
  weight: null,
  rpm: null,
  tpm: null,
  order: null,
  timeoutMs: null,
  streamTimeoutMs: null,
  numRetries: null,
  cooldownMs: null,
  defaults: {},
  extraHeaders: {},
  extraBody: {},
  dropParams: false,
  additionalDropParams: [],
  prices: {},
  baseModel: null,
  tags: [],
  mockResponse: null,
  info: {},
});

/** What a gateway without a config file serves: the built-in `demo` model. */
export function demoConfig(): GatewayConfig {
  return {
    deployments: [bareDeployment({ id: 'demo', group: 'demo', provider: 'demo', model: 'demo' })],
    aliases: new Map(),
    router: ROUTER_DEFAULTS,
    general: GENERAL_DEFAULTS,
  };
}
