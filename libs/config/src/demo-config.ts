import { BUDGET_DEFAULTS } from './budgets/budget-settings.js';
import { ALERTING_DEFAULTS } from './alerting/alerting-defaults.js';
import type {
  Deployment,
  GatewayConfig,
  GeneralSettings,
  GroupSettings,
  RouterSettings,
} from './gateway-config.js';

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
  contextWindowFallbacks: null,
  contentPolicyFallbacks: null,
  routingStrategy: 'simple-shuffle',
  strategyArguments: { ttlMs: 3_600_000, lowestLatencyBuffer: 0 },
  connectTimeoutMs: null,
  idleTimeoutMs: null,
  retryPolicy: {},
  allowedFailsPolicy: {},
  retryBudget: 0.2,
  coolingWaitMs: 0,
  preCallChecks: false,
  enforceRateLimits: false,
  tagFiltering: 'off',
  affinity: { session: false, key: false, promptPrefix: false },
  providerBudgets: new Map(),
  tagBudgets: new Map(),
  groups: new Map(),
  teams: new Map(),
};

/** A model name about which the config says nothing. */
export const GROUP_DEFAULTS: GroupSettings = {
  routingStrategy: null,
  timeoutMs: null,
  streamTimeoutMs: null,
  connectTimeoutMs: null,
  idleTimeoutMs: null,
  numRetries: null,
  retryPolicy: {},
  allowedFails: null,
  allowedFailsPolicy: {},
  cooldownMs: null,
  coolingWaitMs: null,
  deterministic: false,
  hedge: null,
  onStreamFailure: null,
  canary: null,
  deprecated: null,
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
  sessionTimeoutMs: 3_600_000,
  storeModelInDb: true,
  timeZone: 'UTC',
  spendLogsKeptMs: null,
  budgets: BUDGET_DEFAULTS,
  priceAdjustments: new Map(),
  alerting: ALERTING_DEFAULTS,
  cache: null,
  passThroughs: [],
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
  providerSettings: {},
  weight: null,
  rpm: null,
  tpm: null,
  order: null,
  timeoutMs: null,
  streamTimeoutMs: null,
  numRetries: null,
  cooldownMs: null,
  connectTimeoutMs: null,
  idleTimeoutMs: null,
  allowedFails: null,
  allowedFailsPolicy: {},
  retryPolicy: {},
  maxParallelRequests: null,
  region: null,
  budget: null,
  limits: {},
  silentModel: null,
  blocked: false,
  defaults: {},
  extraHeaders: {},
  extraBody: {},
  dropParams: false,
  additionalDropParams: [],
  cachePoints: [],
  prices: {},
  baseModel: null,
  tags: [],
  guardrails: [],
  mockResponse: null,
  info: {},
});

/**
 * One deployment, the `demo` model, and the default of everything else: what specs begin from. A gateway without a config file
 * serves the same, read from a text as any other file is.
 */
export function demoConfig(): GatewayConfig {
  return {
    deployments: [bareDeployment({ id: 'demo', group: 'demo', provider: 'demo', model: 'demo' })],
    aliases: new Map(),
    router: ROUTER_DEFAULTS,
    guardrails: new Map(),
    mcpServers: new Map(),
    general: GENERAL_DEFAULTS,
  };
}
