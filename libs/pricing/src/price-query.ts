/** What a price depends on besides the counts. */
export interface PriceQuery {
  /** Provider prefix of the deployment, LiteLLM's name. */
  readonly provider: string;
  /** Upstream model name, without the prefix. */
  readonly model: string;
  /** `model_info.base_model`: wins over `model`; may carry a provider prefix. */
  readonly baseModel: string | null;
  readonly overrides: PriceOverrides;
  /** Epoch milliseconds: prices change over time. */
  readonly at: number;
}

/** A deployment's own prices, nano-dollars per token (may be fractional); absent: the catalogue's. */
export interface PriceOverrides {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
}
