import type { Bus } from '@tollgate/bus';
import type { Deployment } from '@tollgate/config';
import {
  GatewayError,
  NO_USAGE,
  extendReservation,
  promptTokens,
  toGatewayError,
  type AttemptHeader,
  type Usage,
} from '@tollgate/contracts';
import { priceUsage } from '@tollgate/pricing';
import type { Progress } from '@tollgate/providers';
import { CHARACTERS_PER_TOKEN } from './usage-record.js';

/** More is asked for when so much of the allowance is used: the answer comes before it is needed. */
const ASK_AT = 0.75;
/** At least so many tokens are asked for at once. */
const LEAST_STEP_TOKENS = 512;
const ASK_TIMEOUT_MS = 2_000;

/** What one attempt costs, by what is known of it so far. */
export interface AttemptPrice {
  /** Nano-dollars of a prompt. */
  ofPrompt(usage: Usage): number;
  /** Nano-dollars of a token of the answer. */
  readonly perToken: number;
}

/** null: nobody knows the price, or it is free. */
export function attemptPrice(
  { upstreamModel }: AttemptHeader,
  { provider, baseModel, prices }: Deployment,
): AttemptPrice | null {
  const query = { provider, model: upstreamModel, baseModel, overrides: prices, at: Date.now() };
  // Two answers, so that what each call costs beside its tokens is not taken for a price of tokens.
  const [one, two] = [1_000, 2_000].map((output) => priceUsage({ ...NO_USAGE, output }, query));
  if (one === undefined || two === undefined || one === null || two === null) return null;
  const perToken = (two - one) / 1_000;
  const ofPrompt = (usage: Usage): number =>
    priceUsage({ ...usage, output: 0, reasoning: 0, audioOutput: 0 }, query) ?? 0;
  return perToken === 0 && ofPrompt({ ...NO_USAGE, input: 1_000_000 }) === 0 ? null : { ofPrompt, perToken };
}

/**
 * The tokens that an answer may have; null: nothing limits it. Of one that comes whole: so that its attempt costs no more than is
 * reserved. Of a stream: no more than its budgets could pay for, so that a fast provider does not run ahead of the money.
 */
export function affordableTokens({ call }: AttemptHeader, price: AttemptPrice | null): number | null {
  const { allowanceNanos, ceilingNanos, inputTokens, onStreamOverrun, stream } = call;
  const nanos = !stream ? allowanceNanos : onStreamOverrun === 'finish' ? undefined : ceilingNanos;
  if (nanos === undefined || price === null || price.perToken === 0) return null;
  const left = nanos - price.ofPrompt({ ...NO_USAGE, input: inputTokens });
  const tokens = Math.floor(left / price.perToken);
  if (tokens < 1) throw spent();
  return tokens;
}

/**
 * Holds a stream to what is reserved for its call: more is reserved step by step while it grows, and when no budget has room it
 * is ended, or runs on where its key says so.
 */
export class StreamAllowance {
  private held: number;
  private readonly force: boolean;
  /** Characters of the answer that what is held pays for. */
  private affordable = 0;
  private promptNanos: number;
  private askAt = ASK_AT;
  private promptKnown = false;
  private asking: Promise<void> | undefined;
  private failure: GatewayError | undefined;
  /** Characters at which the money is used up that the answer was asked to be no dearer than. */
  private readonly limit: number;

  private constructor(
    private readonly bus: Bus,
    private readonly header: AttemptHeader,
    private readonly price: AttemptPrice,
  ) {
    const { allowanceNanos = 0, inputTokens, onStreamOverrun } = header.call;
    this.held = allowanceNanos;
    this.force = onStreamOverrun === 'finish';
    this.limit = limitOf(header, price);
    this.promptNanos = price.ofPrompt({ ...NO_USAGE, input: inputTokens });
    this.recount();
  }

  /** Null when nothing is reserved for the call. */
  static of(bus: Bus, header: AttemptHeader, price: AttemptPrice | null): StreamAllowance | null {
    if (header.call.allowanceNanos === undefined || header.role === 'mirror') return null;
    return price === null ? null : new StreamAllowance(bus, header, price);
  }

  /**
   * Undefined when what has come is paid for; else to be awaited before it goes to the caller. Rejects with `budget_exceeded`
   * when it cannot be paid for. Cheap: most chunks are two comparisons.
   */
  covers({ usage, characters }: Progress): Promise<void> | undefined {
    if (usage !== null && !this.promptKnown) this.learnPrompt(usage);
    if (characters >= this.limit) return Promise.reject(spent());
    if (characters > this.affordable * this.askAt) this.asking ??= this.ask(characters);
    return characters > this.affordable ? this.paid(characters) : undefined;
  }

  /** Some providers tell the prompt's true size at the beginning. */
  private learnPrompt(usage: Usage): void {
    if (promptTokens(usage) === 0) return;
    this.promptKnown = true;
    this.promptNanos = this.price.ofPrompt(usage);
    this.recount();
  }

  private async paid(characters: number): Promise<void> {
    while (characters > this.affordable) {
      if (this.failure !== undefined) throw this.failure;
      this.asking ??= this.ask(characters);
      await this.asking;
    }
  }

  private async ask(characters: number): Promise<void> {
    const { call } = this.header;
    const needed = this.costOf(characters + LEAST_STEP_TOKENS * CHARACTERS_PER_TOKEN);
    const toNanos = Math.ceil(Math.max(needed, 2 * this.held));
    const question = { callId: call.id, toNanos, force: this.force };
    try {
      const { heldNanos } = await this.bus.request(extendReservation, question, {
        timeoutMs: ASK_TIMEOUT_MS,
      });
      if (heldNanos <= this.held) this.failure = spent();
      this.held = Math.max(this.held, heldNanos);
      this.recount();
    } catch (cause) {
      if (this.force) this.affordable = Infinity;
      else this.failure = toGatewayError(cause);
    } finally {
      this.asking = undefined;
    }
  }

  private costOf(characters: number): number {
    return this.promptNanos + (characters / CHARACTERS_PER_TOKEN) * this.price.perToken;
  }

  private recount(): void {
    const left = Math.max(0, this.held - this.promptNanos);
    const { perToken } = this.price;
    // A free answer to a prompt that is paid for costs nothing more.
    this.affordable = perToken === 0 ? Infinity : Math.floor(left / perToken) * CHARACTERS_PER_TOKEN;
    // What the caller asked for at most is paid for: more is needed only when it is more than that.
    const { maxOutputTokens = Infinity } = this.header.call;
    this.askAt = this.affordable >= maxOutputTokens * CHARACTERS_PER_TOKEN ? 1 : ASK_AT;
  }
}

/** The caller's own limit is no matter of money. */
function limitOf(header: AttemptHeader, price: AttemptPrice): number {
  const tokens = affordableTokens(header, price);
  const { maxOutputTokens = Infinity } = header.call;
  return tokens === null || maxOutputTokens <= tokens ? Infinity : tokens * CHARACTERS_PER_TOKEN;
}

const spent = (): GatewayError =>
  new GatewayError(
    'budget_exceeded',
    'Budget has been exceeded! No budget of this call has room for more of the answer.',
  );
