import type { Admission } from './state.js';

/** Calls in flight that are remembered at most. */
const MOST_OPEN = 100_000;
/** Answers of settled calls that are kept, at least for this many calls and at most for twice as many. */
const MOST_SETTLED = 2_000;

interface OpenCall {
  readonly answer: Admission;
  /** Epoch milliseconds. */
  readonly keepUntil: number;
}

/**
 * What granted calls were told, and which of them are open. Of settled ones two generations are kept: when the young one is
 * full the old one goes as a whole (a Map that forgets its oldest entry again and again grows slow).
 */
export class CallRecords {
  private readonly calls = new Map<string, OpenCall>();
  private young = new Map<string, Admission>();
  private old = new Map<string, Admission>();

  answerTo(callId: string): Admission | undefined {
    return this.calls.get(callId)?.answer ?? this.young.get(callId) ?? this.old.get(callId);
  }

  open(callId: string, call: OpenCall): void {
    // Never seen in a healthy gateway; their tokens then keep the estimate.
    if (this.calls.size >= MOST_OPEN) this.calls.clear();
    this.calls.set(callId, call);
  }

  /** Tells whether the call was open. */
  close(callId: string): boolean {
    const call = this.calls.get(callId);
    if (call === undefined) return false;
    this.calls.delete(callId);
    if (this.young.size >= MOST_SETTLED) this.rotate();
    this.young.set(callId, call.answer);
    return true;
  }

  /** Forgets calls that were never settled; opened in the order of time, so the first one to keep ends the sweep. */
  sweep(now: number): void {
    for (const [callId, { keepUntil }] of this.calls) {
      if (keepUntil > now) return;
      this.calls.delete(callId);
    }
  }

  private rotate(): void {
    this.old = this.young;
    this.young = new Map();
  }

  get size(): number {
    return this.calls.size + this.young.size + this.old.size;
  }
}
