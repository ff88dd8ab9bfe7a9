/** A LiteLLM config file after validation and normalisation. Times are milliseconds, prices nano-dollars a unit. */
export interface GatewayConfig {
  readonly deployments: readonly Deployment[];
  /** Public name → model group. */
  readonly aliases: ReadonlyMap<string, { readonly model: string; readonly hidden: boolean }>;
  readonly router: RouterSettings;
  readonly general: GeneralSettings;
}

/**
 * A string of the file, or a reference to an environment variable (`os.environ/NAME`). References are resolved where
 * they are needed (`resolveSetting`): a provider's key is in the environment of its workers alone.
 */
export type Setting = string | { readonly env: string };

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
  readonly weight: number | null;
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly order: number | null;
  readonly timeoutMs: number | null;
  readonly streamTimeoutMs: number | null;
  readonly numRetries: number | null;
  readonly cooldownMs: number | null;
  /** Request parameters of `litellm_params` that are not Tollgate's own: the client's value wins. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly extraHeaders: Readonly<Record<string, Setting>>;
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly dropParams: boolean;
  readonly additionalDropParams: readonly string[];
  readonly prices: PriceOverrides;
  /** Name for price and limit look-ups (`model_info.base_model`). */
  readonly baseModel: string | null;
  readonly tags: readonly string[];
  readonly mockResponse: string | null;
  readonly info: Readonly<Record<string, unknown>>;
}

/** Nano-dollars per token; undefined: the catalogue's price. */
export interface PriceOverrides {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
}

export interface RouterSettings {
  readonly numRetries: number;
  readonly timeoutMs: number;
  readonly streamTimeoutMs: number | null;
  readonly retryAfterMs: number;
  readonly allowedFails: number | null;
  readonly cooldownMs: number;
  readonly disableCooldowns: boolean;
  readonly maxFallbacks: number;
  /** Model group → groups to try in order; `*` stands for every other group. */
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  readonly routingStrategy: string;
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
}
