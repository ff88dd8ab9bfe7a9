import type { Bus } from '@tollgate/bus';
import type { AttemptHeader } from '@tollgate/contracts';
import { askForMore, spent, type Reserved } from '../reservation.js';

/**
 * Holds a session to what is reserved for its call: more is reserved while it goes on, and when no budget has room it is ended, or
 * runs on where its key says so.
 */
export class SessionAllowance {
  private held: number;
  private used = 0;
  /** The most that one event has cost. */
  private largest = 0;

  private constructor(
    private readonly bus: Bus,
    private readonly header: AttemptHeader,
    private readonly besideNanos: number,
    heldNanos: number,
  ) {
    this.held = heldNanos;
  }

  /** Null when nothing is reserved for the call. */
  static of(bus: Bus, header: AttemptHeader, reserved: Reserved): SessionAllowance | null {
    if (reserved.price === null) return null;
    return new SessionAllowance(bus, header, reserved.besideNanos, reserved.heldNanos);
  }

  /**
   * Undefined when so many nano-dollars are paid for; else to be awaited before what cost them goes to the caller. Rejects with
   * `budget_exceeded` when they cannot be paid.
   */
  covers(usedNanos: number): Promise<void> | undefined {
    this.largest = Math.max(this.largest, usedNanos - this.used);
    this.used = usedNanos;
    return usedNanos > this.held ? this.reserve(usedNanos) : undefined;
  }

  /** The same of what comes next, if it is no dearer than anything before: to be awaited before it is read. */
  coversNext(): Promise<void> | undefined {
    const next = this.used + this.largest;
    return next > this.held ? this.reserve(next) : undefined;
  }

  private async reserve(nanos: number): Promise<void> {
    const { call } = this.header;
    const toNanos = Math.ceil(Math.max(nanos, 2 * this.held));
    try {
      this.held = Math.max(
        this.held,
        (await askForMore(this.bus, call, this.besideNanos + toNanos)) - this.besideNanos,
      );
      if (nanos > this.held) throw spent();
    } catch (cause) {
      if (call.onStreamOverrun !== 'finish') throw cause;
      this.held = Infinity;
    }
  }
}
