import type { Capability } from '@tollgate/contracts';
import type { BudgetSettings } from './budgets/budget-settings.js';
import type { PassThrough } from './pass-through/pass-through.js';
import type { CacheSettings } from './cache/cache-settings.js';
import type { Guardrail } from './guardrails/guardrail-settings.js';
import type { McpServer } from './mcp/mcp-servers.js';
import type { AlertingSettings } from './alerting/alerting-settings.js';
import type { PriceAdjustments, PriceOverrides } from './prices/price-overrides.js';
import type { Setting } from './setting-value.js';

/** A LiteLLM config file after validation and normalisation. Times are milliseconds, prices nano-dollars a unit. */
export interface GatewayConfig {
  readonly deployments: readonly Deployment[];
  /** Public name → model group. */
  readonly aliases: ReadonlyMap<string, { readonly model: string; readonly hidden: boolean }>;
  readonly router: RouterSettings;
  /** By name, in the order in which they are asked. */
  readonly guardrails: ReadonlyMap<string, Guardrail>;
  /** By name. */
  readonly mcpServers: ReadonlyMap<string, McpServer>;
  readonly general: GeneralSettings;
}

export type { Setting };

/** Messages of a role, or the one at an index (from the end where it is negative); or the last tool. */
export interface CachePoint {
  readonly at: 'message' | 'tools';
  readonly role: string | null;
  readonly index: number | null;
  /** The `cache_control` that they get. */
  readonly control: Readonly<Record<string, unknown>>;
}

export interface Deployment {
  /** `model_info.id`, or a stable hash of the group and the unresolved parameters: equal in every process. */
  readonly id: string;
  /** `model_name`: deployments of one name share its load. May hold a `*`. */
  readonly group: string;
  /** Before the slash of `litellm_params.model`, or inferred from the model's name; `*` (model `*`): the caller's name tells. */
  readonly provider: string;
  /** After the slash. May be or hold a `*`. */
  readonly model: string;
  readonly apiKey: Setting | null;
  readonly apiBase: Setting | null;
  readonly apiVersion: Setting | null;
  readonly organization: Setting | null;
  /** What only some providers read (`aws_region_name`, `vertex_project`), by LiteLLM's names. */
  readonly providerSettings: Readonly<Record<string, Setting>>;
  readonly weight: number | null;
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly order: number | null;
  readonly timeoutMs: number | null;
  readonly streamTimeoutMs: number | null;
  readonly numRetries: number | null;
  readonly cooldownMs: number | null;
  /** Tollgate's own: to a connected socket, and between two chunks of an answer. */
  readonly connectTimeoutMs: number | null;
  readonly idleTimeoutMs: number | null;
  readonly allowedFails: number | null;
  readonly allowedFailsPolicy: ErrorPolicy;
  readonly retryPolicy: ErrorPolicy;
  /** Calls that may be under way at once. */
  readonly maxParallelRequests: number | null;
  /** `region_name`, or where a cloud deployment says it is. */
  readonly region: string | null;
  /** `max_budget` and `budget_duration`. */
  readonly budget: SpendLimit | null;
  /** What the config says of the model's limits and capabilities, over the catalogue's. */
  readonly limits: ModelLimits;
  /** `silent_model`: a name that gets a copy of every call, whose answers nobody sees. */
  readonly silentModel: string | null;
  /** `model_info.blocked`: gets no calls. */
  readonly blocked: boolean;
  /** Request parameters of `litellm_params` that are not Tollgate's own: the client's value wins. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly extraHeaders: Readonly<Record<string, Setting>>;
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly dropParams: boolean;
  readonly additionalDropParams: readonly string[];
  /** `cache_control_injection_points`: parts of prompts that are marked for the provider's cache. */
  readonly cachePoints: readonly CachePoint[];
  readonly prices: PriceOverrides;
  /** Name for price and limit look-ups (`model_info.base_model`). */
  readonly baseModel: string | null;
  readonly tags: readonly string[];
  /** For calls of its name. */
  readonly guardrails: readonly string[];
  readonly mockResponse: string | null;
  readonly info: Readonly<Record<string, unknown>>;
}

/** What a model takes and can do; absent: not known, and nothing is concluded from it. */
export interface ModelLimits {
  readonly maxInputTokens?: number;
  readonly maxOutputTokens?: number;
  /** Tollgate's own: largest request body in bytes. */
  readonly maxRequestBytes?: number;
  readonly supports?: Readonly<Partial<Record<Capability, boolean>>>;
}

/** LiteLLM's classes of errors, as its policies name them. */
export type ErrorClass =
  | 'BadRequestError'
  | 'AuthenticationError'
  | 'NotFoundError'
  | 'TimeoutError'
  | 'RateLimitError'
  | 'ContentPolicyViolationError'
  | 'InternalServerError'
  | 'BadGatewayError'
  | 'ServiceUnavailableError';

/** A number (of retries, of allowed failures) by class of error: `RateLimitErrorRetries: 3` is `RateLimitError: 3`. */
export type ErrorPolicy = Readonly<Partial<Record<ErrorClass | 'Default', number>>>;

/** So many nano-dollars in each window, which is aligned to the calendar: `1h`, `1d`, `7d`, `30d`, `1mo`, or any `Ns|Nm|Nh|Nd|Nw|Nmo`. */
export interface SpendLimit {
  readonly limitNanos: number;
  readonly window: string;
}

export const ROUTING_STRATEGIES = [
  'simple-shuffle',
  'least-busy',
  'latency-based-routing',
  'usage-based-routing',
  'usage-based-routing-v2',
  'cost-based-routing',
  'adaptive',
] as const;
export type RoutingStrategy = (typeof ROUTING_STRATEGIES)[number];

export interface StrategyArguments {
  /** How long a latency counts (`ttl`, LiteLLM's default 1 h). */
  readonly ttlMs: number;
  /** Deployments within this share of the lowest latency are equals. */
  readonly lowestLatencyBuffer: number;
}

/** A second deployment is asked when the first is late. */
export interface HedgeSettings {
  /** Fixed delay; null: the group's own p95 of the time to the first token. */
  readonly delayMs: number | null;
  /** The most that losers may cost, as a share of what all calls of the group cost. */
  readonly maxShare: number;
}

export interface CanarySettings {
  /** A deployment's id or a model name. */
  readonly to: string;
  /** 0 to 100. */
  readonly percent: number;
  readonly stickyBy: 'key' | 'user' | 'session' | 'none';
  readonly rollbackWhen: {
    /** Share of the canary's calls, 0 to 1. */
    readonly errorRateAbove: number | null;
    readonly p95LatencyAboveMs: number | null;
    readonly minCalls: number;
  } | null;
}

export interface Deprecation {
  /** Epoch milliseconds. */
  readonly since: number | null;
  /** From here on the name is refused. */
  readonly sunset: number | null;
  /** The name to ask for instead. */
  readonly use: string | null;
}

/** What is set for one model name, over the router's settings and under the deployment's. null: nothing is. */
export interface GroupSettings {
  readonly routingStrategy: RoutingStrategy | null;
  readonly timeoutMs: number | null;
  readonly streamTimeoutMs: number | null;
  readonly connectTimeoutMs: number | null;
  readonly idleTimeoutMs: number | null;
  readonly numRetries: number | null;
  readonly retryPolicy: ErrorPolicy;
  readonly allowedFails: number | null;
  readonly allowedFailsPolicy: ErrorPolicy;
  readonly cooldownMs: number | null;
  /** How long a call waits for the first deployment to return when all are cooling. */
  readonly coolingWaitMs: number | null;
  /** The answer must come from this name: no fallback, hedge, canary or continuation. */
  readonly deterministic: boolean;
  readonly hedge: HedgeSettings | null;
  readonly onStreamFailure: 'error' | 'continue' | null;
  readonly canary: CanarySettings | null;
  readonly deprecated: Deprecation | null;
}

/** A key's, or a team's, own wishes (`router_settings`), over the config's. */
export interface TeamRouting {
  readonly fallbacks?: FallbackChains;
  readonly contextWindowFallbacks?: FallbackChains;
  readonly contentPolicyFallbacks?: FallbackChains;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly numRetries?: number;
  readonly timeoutMs?: number;
}

/** Model name → names to try in order; `*` stands for every other name. */
export type FallbackChains = Readonly<Record<string, readonly string[]>>;

export interface RouterSettings {
  readonly numRetries: number;
  readonly timeoutMs: number;
  readonly streamTimeoutMs: number | null;
  readonly connectTimeoutMs: number | null;
  readonly idleTimeoutMs: number | null;
  readonly retryAfterMs: number;
  readonly allowedFails: number | null;
  readonly cooldownMs: number;
  readonly disableCooldowns: boolean;
  readonly maxFallbacks: number;
  /** Model group → groups to try in order; `*` stands for every other group. */
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  /** After a prompt that is too long. null: none are configured, the general ones hold; a name without a chain has none. */
  readonly contextWindowFallbacks: ReadonlyMap<string, readonly string[]> | null;
  /** After a refusal by the provider's content policy; null as above. */
  readonly contentPolicyFallbacks: ReadonlyMap<string, readonly string[]> | null;
  readonly routingStrategy: RoutingStrategy;
  readonly strategyArguments: StrategyArguments;
  readonly retryPolicy: ErrorPolicy;
  readonly allowedFailsPolicy: ErrorPolicy;
  /** Retries may be this share of all calls; null: no limit. Tollgate's own (`retry_budget`). */
  readonly retryBudget: number | null;
  readonly coolingWaitMs: number;
  /** Context window, region and capability are checked before any call. */
  readonly preCallChecks: boolean;
  /** `optional_pre_call_checks: [enforce_model_rate_limits]`: `rpm` and `tpm` of a deployment are limits, not only weights. */
  readonly enforceRateLimits: boolean;
  readonly tagFiltering: 'off' | 'any' | 'all';
  readonly affinity: {
    readonly session: boolean;
    readonly key: boolean;
    readonly promptPrefix: boolean;
  };
  readonly providerBudgets: ReadonlyMap<string, SpendLimit>;
  readonly tagBudgets: ReadonlyMap<string, SpendLimit>;
  /** By model name, alias included; a wildcard's by its pattern. */
  readonly groups: ReadonlyMap<string, GroupSettings>;
  /** By team id. */
  readonly teams: ReadonlyMap<string, TeamRouting>;
}

export interface GeneralSettings {
  readonly masterKey: Setting | null;
  readonly allowWeakMasterKey: boolean;
  readonly databaseUrl: Setting | null;
  readonly keyHeaderName: string | null;
  readonly keyCacheTtlMs: number;
  readonly maxRequestBytes: number;
  /** `litellm_settings.drop_params`. */
  readonly dropParams: boolean;
  readonly alwaysIncludeStreamUsage: boolean;
  /** Tollgate's own: what a call does when shared state is away. */
  readonly onStateDown: 'refuse' | 'allow';
  /** How long a realtime session may last, in all. */
  readonly sessionTimeoutMs: number;
  /** Whether models may be added through the API, and those that were are served. */
  readonly storeModelInDb: boolean;
  /** `litellm_settings.timezone`: where budget windows begin (`windowStart`). */
  readonly timeZone: string;
  /** `maximum_spend_logs_retention_period`: how long the ledger's rows are kept at least; null: for ever. Sums stay. */
  readonly spendLogsKeptMs: number | null;
  readonly budgets: BudgetSettings;
  /** Of every provider's prices; they are in the `prices` of each deployment too. */
  readonly priceAdjustments: PriceAdjustments;
  readonly alerting: AlertingSettings;
  /** null: nothing is cached. */
  readonly cache: CacheSettings | null;
  readonly passThroughs: readonly PassThrough[];
}
