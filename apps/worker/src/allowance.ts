import type { Bus } from '@tollgate/bus';
import {
  NO_USAGE,
  promptTokens,
  toGatewayError,
  type AttemptHeader,
  type GatewayError,
  type Usage,
} from '@tollgate/contracts';
import type { Progress } from '@tollgate/providers';
import { askForMore, spent, wantedTokens, type AttemptPrice, type Reserved } from './reservation.js';
import { CHARACTERS_PER_TOKEN } from './usage-record.js';

/** More is asked for when so much of the allowance is used: the answer comes before it is needed. */
const ASK_AT = 0.75;
/** At least so many tokens are asked for at once. */
const LEAST_STEP_TOKENS = 512;

/**
 * Holds a stream to what is reserved for its call: more is reserved step by step while it grows, and when no budget has room it
 * is ended, or runs on where its key says so. A provider bills what it has sent, so the next piece is paid for before it is read.
 */
export class StreamAllowance {
  private held: number;
  private readonly force: boolean;
  /** Characters of the answer that what is held pays for. */
  private affordable = 0;
  /** Characters of the answer so far, and of the largest piece of it. */
  private seen = 0;
  private largest = 0;
  private isWhole = false;
  private promptNanos: number;
  private askAt = ASK_AT;
  private promptKnown = false;
  private asking: Promise<void> | undefined;
  private failure: GatewayError | undefined;
  /** Characters at which the money is used up that the answer was asked to be no dearer than. */
  private readonly limit: number;
  /** Characters of the longest answer that was asked for. */
  private readonly longest: number;
  private readonly beside: number;

  private constructor(
    private readonly bus: Bus,
    private readonly header: AttemptHeader,
    private readonly price: AttemptPrice,
    reserved: Reserved,
  ) {
    const { inputTokens, onStreamOverrun } = header.call;
    this.held = reserved.heldNanos;
    this.beside = reserved.besideNanos;
    this.force = onStreamOverrun === 'finish';
    this.limit = limitOf(header, reserved);
    this.longest =
      Math.min(wantedTokens(header.call), reserved.maxOutputTokens ?? Infinity) * CHARACTERS_PER_TOKEN;
    this.promptNanos = price.ofPrompt({ ...NO_USAGE, input: inputTokens });
    this.recount();
  }

  /** Null when nothing is reserved for the call. */
  static of(bus: Bus, header: AttemptHeader, reserved: Reserved): StreamAllowance | null {
    const { price } = reserved;
    return price === null ? null : new StreamAllowance(bus, header, price, reserved);
  }

  /**
   * Undefined when what has come is paid for; else to be awaited before it goes to the caller. Rejects with `budget_exceeded`
   * when it cannot be paid for. Cheap: most pieces are a few comparisons.
   */
  covers({ usage, characters, finished }: Progress): Promise<void> | undefined {
    if (usage !== null && !this.promptKnown) this.learnPrompt(usage);
    if (characters - this.seen > this.largest) this.largest = characters - this.seen;
    this.seen = characters;
    this.isWhole = finished;
    if (characters >= this.limit) return Promise.reject(spent());
    if (this.next > this.affordable * this.askAt) this.asking ??= this.ask(this.next);
    return characters > this.affordable ? this.paid(characters) : undefined;
  }

  /** The same of the piece that comes next, to be awaited before it is read. */
  coversNext(): Promise<void> | undefined {
    return !this.isWhole && this.next > this.affordable ? this.paid(this.next) : undefined;
  }

  /** Characters once the next piece is there, if that is no larger than any before. */
  private get next(): number {
    return Math.max(this.seen, Math.min(this.seen + this.largest, this.longest));
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
    try {
      const heldNanos = (await askForMore(this.bus, call, this.beside + toNanos)) - this.beside;
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
function limitOf({ call }: AttemptHeader, { maxOutputTokens }: Reserved): number {
  if (maxOutputTokens === null || wantedTokens(call) <= maxOutputTokens) return Infinity;
  return maxOutputTokens * CHARACTERS_PER_TOKEN;
}
