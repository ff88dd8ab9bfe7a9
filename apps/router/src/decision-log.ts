import type { ErrorCode } from '@tollgate/contracts';
import type { DropReason } from './selection.js';

/** One step on a call's way, in the order in which they were taken. */
export type DecisionStep =
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
  private readonly decisions = new Map<string, Decision>();

  constructor(private readonly capacity = 1_000) {}

  begin(callId: string, model: string): Decision {
    const decision: Decision = { callId, model, steps: [] };
    this.decisions.delete(callId);
    this.decisions.set(callId, decision);
    if (this.decisions.size > this.capacity) {
      const [oldest] = this.decisions.keys();
      if (oldest !== undefined) this.decisions.delete(oldest);
    }
    return decision;
  }

  find(callId: string): Decision | undefined {
    return this.decisions.get(callId);
  }
}
