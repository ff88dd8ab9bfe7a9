import type { ServiceTier } from '@tollgate/contracts';

/** Nano-dollars per token, search or request; undefined: the catalogue's price. */
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

/** A deployment's own prices. */
export interface PriceOverrides extends Prices {
  /** Of prompts longer than so many tokens, for the whole call; from the shortest to the longest. */
  readonly longPrompts?: readonly { readonly promptTokens: number; readonly prices: Prices }[];
  readonly tiers?: Readonly<Partial<Record<ServiceTier, Prices>>>;
  /** Discount and margin by provider; `*` is any other. Those of the whole file. */
  readonly adjustments?: PriceAdjustments;
}

/** `cost_discount_config` and `cost_margin_config` together. */
export type PriceAdjustments = ReadonlyMap<string, PriceAdjustment>;

export interface PriceAdjustment {
  /** What is charged for a thousand million dollars: exact where a share is not. */
  readonly perBillion: number;
  /** The same by the discount alone. */
  readonly discountedPerBillion: number;
  /** Nano-dollars a call, on top. */
  readonly fixedNanos: number;
}
