import type { ErrorCode } from '@tollgate/contracts';
import type { DropReason } from './selection.js';

/** One step on a call's way, in the order in which they were taken. */
type DecisionStep =
  | {
      readonly step: 'picked';
      readonly attempt: number;
      readonly group: string;
      readonly deploymentId: string;
      readonly candidates: readonly string[];
      readonly dropped: readonly { readonly deploymentId: string; readonly reason: DropReason }[];
    }
  | {
      readonly step: 'answered';
      readonly attempt: number;
      readonly delivered: boolean;
      readonly code: ErrorCode | null;
      readonly latencyMs: number;
    }
  | { readonly step: 'cooled'; readonly deploymentId: string; readonly until: number }
  | { readonly step: 'waited'; readonly milliseconds: number }
  | { readonly step: 'none-left'; readonly group: string; readonly code: ErrorCode }
  | { readonly step: 'fell-back'; readonly group: string }
  | { readonly step: 'skipped'; readonly group: string; readonly reason: 'not-allowed' | 'unknown' }
  | { readonly step: 'failed'; readonly code: ErrorCode };

/** Why a call went where it went. */
export interface Decision {
  readonly callId: string;
  readonly model: string;
  readonly steps: DecisionStep[];
}

/** The decisions of the last calls, by call id; the oldest make room. */
export class DecisionLog {
  private readonly byId = new Map<string, Decision>();
  // A ring, because finding the oldest entry of a Map that forgets all the time is slow.
  private readonly ring: Decision[] = [];
  private next = 0;

  constructor(private readonly capacity = 1_000) {}

  begin(callId: string, model: string): Decision {
    const decision: Decision = { callId, model, steps: [] };
    const oldest = this.ring[this.next];
    if (oldest !== undefined && this.byId.get(oldest.callId) === oldest) this.byId.delete(oldest.callId);
    this.ring[this.next] = decision;
    this.next = (this.next + 1) % this.capacity;
    this.byId.set(callId, decision);
    return decision;
  }

  find(callId: string): Decision | undefined {
    return this.byId.get(callId);
  }
}
