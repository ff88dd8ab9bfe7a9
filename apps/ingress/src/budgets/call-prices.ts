import { BoundedMap } from '@tollgate/collections';
import {
  NameIndex,
  nativeDeployment,
  type GatewayConfig,
  type NamedDeployment,
  type NamedDeployments,
} from '@tollgate/config';
import {
  TASK_OF,
  type CallHeader,
  type NativeRequest,
  type ServiceTier,
  type Task,
} from '@tollgate/contracts';
import { callPrices, contextWindow, type CallPrices as ModelPrices } from '@tollgate/pricing';
import type { CallCost } from '@tollgate/state';
import type { LearnedUse } from './learned-use.js';

/** The dearest that a name can be answered by. */
interface NamePrice extends ModelPrices {
  /** Of the tiers that cost more, which a caller has to ask for. */
  readonly tiers: ReadonlyMap<ServiceTier, ModelPrices>;
  /** Tokens of the longest answer. */
  readonly longest: number;
  /** Attempts that may be under way at once. */
  readonly attempts: number;
}

/** Names of models of providers' own APIs that are kept ready. */
const MAX_NATIVE_NAMES = 1_000;
/** The longest answer of a model of which nothing is known. */
const LONGEST_ANSWER = 16_384;
/** Tokens of an answer, at the least. */
const SHORTEST_ANSWER = 1;
/** The answer of a model that nothing has been learnt of. */
const FIRST_GUESS = 1_024;

/** Providers that charge more for long prompts begin above so many tokens, and charge at most twice as much. */
const LONG_PROMPT = 128_000;
const TIER_FACTOR = 2;

/** Also what a call costs whose answer is as long as can be. */
export interface PricedCost extends CallCost {
  readonly longestNanos: number;
  /** Tokens of all answers together that an amount pays for. */
  tokensFor(nanos: number): number;
}

export interface PricedCall {
  readonly header: CallHeader;
  /** The name after the caller's own aliases. */
  readonly model: string;
  /** Parts of the prompt are written to a provider's cache, which costs more than reading it. */
  readonly cacheMarked: boolean;
}

/** What calls can cost, before anybody has been asked. Made for one config. */
export class CallPrices {
  private readonly names: NameIndex<NamePrice>;

  private readonly natives = new BoundedMap<string, NamePrice>(MAX_NATIVE_NAMES);

  constructor(
    private readonly config: GatewayConfig,
    private readonly learned: LearnedUse,
  ) {
    this.names = new NameIndex(config, (named) => priceOf(named, config));
  }

  /** Of a provider's own API, whose names of models need be nobody else's. */
  private nativeOf({ provider }: NativeRequest, name: string): NamePrice {
    let price = this.natives.get(name);
    if (price === undefined) {
      const upstreamModel = name.slice(provider.length + 1);
      const members = [
        { deployment: nativeDeployment(this.config, provider, upstreamModel), provider, upstreamModel },
      ];
      price = priceOf({ name, members, isLone: true, isWildcard: false }, this.config);
      this.natives.set(name, price);
    }
    return price;
  }

  /** null: the call is free, or nobody knows its price. */
  costOf({ header, model, cacheMarked }: PricedCall): PricedCost | null {
    const name =
      header.native === undefined ? this.names.resolve(model) : this.nativeOf(header.native, model);
    const task = TASK_OF[header.dialect];
    if (name === undefined || task === 'token-count') return null;
    // What a provider's own API costs may not be known: it takes a budget that is not spent.
    if (isFree(name)) return header.native === undefined ? null : UNKNOWN_COST;
    const { maxOutputTokens, serviceTier } = header;
    const price = (serviceTier === undefined ? undefined : name.tiers.get(serviceTier)) ?? name;
    const prompt = Math.ceil(header.inputTokens * this.learned.inputFactor(model));
    const rate = cacheMarked ? Math.max(price.input, price.cacheWrite) : price.input;
    const fixed = price.perCall + prompt * rate * (prompt > LONG_PROMPT ? TIER_FACTOR : 1);
    const answers = WITHOUT_TEXT.has(task) ? 0 : (header.answers ?? 1);
    const most = answers * (maxOutputTokens ?? name.longest);
    const guess = Math.min(this.learned.likelyOutput(model) ?? FIRST_GUESS, name.longest);
    const likely = answers * (maxOutputTokens ?? guess);
    const nanos = (output: number): number => Math.ceil(name.attempts * (fixed + output * price.output));
    return {
      // What is sent as it came cannot be made shorter.
      leastNanos: nanos(header.native === undefined || header.stream ? answers * SHORTEST_ANSWER : most),
      likelyNanos: nanos(likely),
      longestNanos: nanos(most),
      tokensFor: (amount) =>
        price.output === 0 ? most : Math.max(0, Math.floor((amount / name.attempts - fixed) / price.output)),
      // A stream that needs more asks for it when it does.
      mostNanos: nanos(header.stream ? likely : Math.max(likely, most)),
    };
  }
}

/** Their answers have no tokens that are charged for. */
const WITHOUT_TEXT: ReadonlySet<Task> = new Set(['embedding', 'rerank', 'moderation']);

/** The least there is. */
const UNKNOWN_COST: PricedCost = {
  ...{ leastNanos: 1, likelyNanos: 1, longestNanos: 1, mostNanos: 1 },
  tokensFor: () => LONGEST_ANSWER,
};

const isFree = ({ input, output, perCall }: ModelPrices): boolean =>
  input === 0 && output === 0 && perCall === 0;

/** Tiers that cost more than the standard one. */
const DEAR_TIERS = ['priority', 'fast'] as const;

function priceOf({ name, members }: NamedDeployments, { router }: GatewayConfig): NamePrice {
  const isHedged = (router.groups.get(name)?.hedge ?? null) !== null;
  return {
    ...dearestOf(members, null),
    tiers: new Map(DEAR_TIERS.map((tier) => [tier, dearestOf(members, tier)])),
    longest: Math.max(...members.map(longestOf)),
    attempts: isHedged ? 2 : 1,
  };
}

function dearestOf(members: readonly NamedDeployment[], tier: ServiceTier | null): ModelPrices {
  const prices = members.flatMap((member) => pricesOf(member, tier) ?? []);
  const dearest = (of: (price: ModelPrices) => number): number => Math.max(0, ...prices.map(of));
  return {
    input: dearest(({ input }) => input),
    cacheWrite: dearest(({ cacheWrite }) => cacheWrite),
    output: dearest(({ output }) => output),
    perCall: dearest(({ perCall }) => perCall),
  };
}

function pricesOf(
  {
    deployment: { baseModel, prices: overrides, cachePoints },
    provider,
    upstreamModel: model,
  }: NamedDeployment,
  tier: ServiceTier | null,
): ModelPrices | null {
  const prices = callPrices({ provider, model, baseModel, overrides, at: Date.now(), tier });
  if (prices === null || cachePoints.length === 0) return prices;
  return { ...prices, input: Math.max(prices.input, prices.cacheWrite) };
}

function longestOf({ deployment, provider, upstreamModel }: NamedDeployment): number {
  const { baseModel, limits } = deployment;
  const window = contextWindow({ provider, model: upstreamModel, baseModel }) ?? LONGEST_ANSWER;
  return limits.maxOutputTokens ?? Math.min(window, LONGEST_ANSWER);
}
