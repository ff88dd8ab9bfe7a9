import { NameIndex, type GatewayConfig, type NamedDeployment, type NamedDeployments } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { contextWindow, tokenPrices } from '@tollgate/pricing';
import type { CallCost } from '@tollgate/state';
import type { LearnedUse } from './learned-use.js';

/** The dearest that a name can be answered by. Nano-dollars a token. */
interface NamePrice {
  readonly input: number;
  readonly cacheWrite: number;
  readonly output: number;
  /** Tokens of the longest answer. */
  readonly longest: number;
  /** Attempts that may be under way at once. */
  readonly attempts: number;
}

/** The longest answer of a model of which nothing is known. */
const LONGEST_ANSWER = 16_384;
/** Tokens of an answer that is worth asking for. */
const SHORTEST_ANSWER = 16;
/** The answer of a model that nothing has been learnt of. */
const FIRST_GUESS = 1_024;

/** Providers that charge more for long prompts begin above so many tokens, and charge at most twice as much. */
const LONG_PROMPT = 128_000;
const TIER_FACTOR = 2;

/** Also what a call costs whose answer is as long as can be. */
export interface PricedCost extends CallCost {
  readonly longestNanos: number;
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

  constructor(
    config: GatewayConfig,
    private readonly learned: LearnedUse,
  ) {
    this.names = new NameIndex(config, (named) => priceOf(named, config));
  }

  /** null: the call is free, or nobody knows its price. */
  costOf({ header, model, cacheMarked }: PricedCall): PricedCost | null {
    const price = this.names.resolve(model);
    if (price === undefined || (price.input === 0 && price.output === 0)) return null;
    const { maxOutputTokens } = header;
    const prompt = Math.ceil(header.inputTokens * this.learned.inputFactor(model));
    const rate = cacheMarked ? Math.max(price.input, price.cacheWrite) : price.input;
    const input = prompt * rate * (prompt > LONG_PROMPT ? TIER_FACTOR : 1);
    const most = maxOutputTokens ?? price.longest;
    const guess = Math.min(this.learned.likelyOutput(model) ?? FIRST_GUESS, price.longest);
    const likely = maxOutputTokens ?? guess;
    const nanos = (output: number): number => Math.ceil(price.attempts * (input + output * price.output));
    return {
      leastNanos: nanos(Math.min(SHORTEST_ANSWER, most)),
      likelyNanos: nanos(likely),
      longestNanos: nanos(most),
      // A stream that needs more asks for it when it does.
      mostNanos: nanos(header.stream ? likely : Math.max(likely, most)),
    };
  }
}

function priceOf({ name, members }: NamedDeployments, { router }: GatewayConfig): NamePrice {
  const prices = members.map((member) => pricesOf(member));
  const dearest = (of: (price: (typeof prices)[number]) => number): number => Math.max(...prices.map(of));
  const isHedged = (router.groups.get(name)?.hedge ?? null) !== null;
  return {
    input: dearest(({ input }) => input),
    cacheWrite: dearest(({ cacheWrite }) => cacheWrite),
    output: dearest(({ output }) => output),
    longest: dearest(({ longest }) => longest),
    attempts: isHedged ? 2 : 1,
  };
}

function pricesOf({ deployment, provider, upstreamModel }: NamedDeployment): Omit<NamePrice, 'attempts'> {
  const { baseModel, prices: overrides, limits } = deployment;
  const name = { provider, model: upstreamModel, baseModel };
  const {
    input = 0,
    output = 0,
    cacheWrite = input,
    reasoning = output,
  } = tokenPrices({
    ...name,
    overrides,
    at: Date.now(),
  });
  const window = contextWindow(name) ?? LONGEST_ANSWER;
  const longest = limits.maxOutputTokens ?? Math.min(window, LONGEST_ANSWER);
  return { input, cacheWrite, output: Math.max(output, reasoning), longest };
}
