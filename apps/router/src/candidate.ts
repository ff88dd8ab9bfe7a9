import type { Deployment } from '@tollgate/config';
import { contextWindow, pricePerToken } from '@tollgate/pricing';
import { hashText, type TextHash } from './strategies/unit-hash.js';

/** LiteLLM's cost-based-routing takes a token without a known price for a dollar: here, one each way. */
const UNKNOWN_PRICE_NANOS = 2e9;

/** What a name makes of a deployment. */
export interface Target {
  readonly provider: string;
  readonly upstreamModel: string;
  /** No other deployment has the name. */
  readonly isLone: boolean;
  /** Serves names that the config does not know: one of them failing says nothing about the others. */
  readonly isWildcard: boolean;
}

/** A deployment as it is reached by one name: its provider and model are settled, and all that a call asks of it is worked out. */
export interface Candidate extends Target {
  readonly deployment: Deployment;
  /** Shares of the load by `weight`, `rpm`, `tpm`; 0: none was given. */
  readonly shares: readonly [number, number, number];
  /** The lowest goes first; infinite when none was given. */
  readonly order: number;
  readonly tags: ReadonlySet<string>;
  /** In lower case. */
  readonly region: string | null;
  /** The longest prompt, in tokens, as the config has it; null: it does not say. */
  readonly maxInputTokens: number | null;
  /** Tokens of prompt and answer together, as the catalogue has it; null where the config or nobody says. */
  readonly contextWindow: number | null;
  /** Nano-dollars for a token of the prompt and one of the answer, as of the time when the name was first resolved. */
  readonly pricePerToken: number;
  /** Of the deployment's id. */
  readonly idHash: TextHash;
}

export function toCandidate(deployment: Deployment, target: Target): Candidate {
  const { limits, baseModel, prices, region } = deployment;
  const name = { provider: target.provider, model: target.upstreamModel, baseModel };
  const maxInputTokens = limits.maxInputTokens ?? null;
  return {
    ...target,
    deployment,
    shares: [deployment.weight ?? 0, deployment.rpm ?? 0, deployment.tpm ?? 0],
    order: deployment.order ?? Number.POSITIVE_INFINITY,
    tags: new Set(deployment.tags),
    region: region?.toLowerCase() ?? null,
    maxInputTokens,
    contextWindow: maxInputTokens === null ? contextWindow(name) : null,
    pricePerToken: pricePerToken({ ...name, overrides: prices, at: Date.now() }) ?? UNKNOWN_PRICE_NANOS,
    idHash: hashText(deployment.id),
  };
}
