import { BoundedMap, SlotMap } from '@tollgate/collections';
import type { Admission } from '../state.js';
import type { ScopePlace } from './scope-place.js';

/** Calls in flight that are remembered at most. */
const MOST_OPEN = 100_000;
/** Answers of settled calls that are kept, at least for this many calls and at most for twice as many. */
const MOST_SETTLED = 2_000;

/** A call in flight: what it was told, and where it is counted. */
export interface OpenCall {
  readonly answer: Admission;
  /** Epoch milliseconds. */
  readonly keepUntil: number;
  readonly places: readonly ScopePlace[];
}

/** What granted calls were told, and which of them are open. */
export class CallRecords {
  private readonly calls = new SlotMap<string, OpenCall>();
  private readonly settled = new BoundedMap<string, Admission>(MOST_SETTLED);

  answerTo(callId: string): Admission | undefined {
    return this.calls.get(callId)?.answer ?? this.settled.get(callId);
  }

  open(callId: string, call: OpenCall): void {
    // Never seen in a healthy gateway; their tokens then keep the estimate, and their leases end by themselves.
    if (this.calls.size >= MOST_OPEN) this.calls.clear();
    this.calls.set(callId, call);
  }

  /** The call, if it was open. */
  close(callId: string): OpenCall | undefined {
    const call = this.calls.get(callId);
    if (call === undefined) return undefined;
    this.calls.delete(callId);
    this.settled.set(callId, call.answer);
    return call;
  }

  /** Forgets calls that were never settled. */
  sweep(now: number): void {
    for (const [callId, { keepUntil }] of this.calls) if (keepUntil <= now) this.calls.delete(callId);
  }

  get size(): number {
    return this.calls.size + this.settled.size;
  }
}
