import type { ServiceTier } from '@tollgate/contracts';

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
  /** Absent or null: the provider's standard service. */
  readonly tier?: ServiceTier | null;
}

/** Femto-dollars a nano-dollar. */
export const FEMTO_PER_NANO = 1_000_000;

/** Nano-dollars per token, search, request or piece (may be fractional). */
export interface Prices {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
  readonly audioOutput?: number;
  readonly imageInput?: number;
  readonly imageOutput?: number;
  readonly search?: number;
  readonly fileSearch?: number;
  readonly request?: number;
  readonly image?: number;
  readonly character?: number;
  readonly second?: number;
}

/** A deployment's own prices, in place of the catalogue's one by one, and what its operator adds to or takes from the sum. */
export interface PriceOverrides extends Prices {
  /** The longest `promptTokens` that the prompt exceeds counts for the whole call; from the shortest to the longest. */
  readonly longPrompts?: readonly { readonly promptTokens: number; readonly prices: Prices }[];
  readonly tiers?: Readonly<Partial<Record<ServiceTier, Prices>>>;
  /** By provider; `*` is any other. */
  readonly adjustments?: ReadonlyMap<string, PriceAdjustment>;
}

/** Discount and margin. */
export interface PriceAdjustment {
  /** What is charged for a thousand million dollars: exact where a share is not. */
  readonly perBillion: number;
  /** The same by the discount alone. */
  readonly discountedPerBillion: number;
  /** Nano-dollars a call, on top. */
  readonly fixedNanos: number;
}
