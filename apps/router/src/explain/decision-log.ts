import type { Decision } from '@tollgate/contracts';

export interface DecisionOptions {
  /** Epoch ms. */
  readonly startedAt: number;
  /** Only asked for, not a call: it is not kept. */
  readonly isDry?: boolean;
}

/** The decisions of the last calls, by call id; the oldest make room. */
export class DecisionLog {
  private readonly byId = new Map<string, Decision>();
  // A ring, because finding the oldest entry of a Map that forgets all the time is slow.
  private readonly ring: Decision[] = [];
  private next = 0;

  constructor(
    private readonly replica: string,
    private readonly capacity = 2_000,
  ) {}

  begin(callId: string, model: string, { startedAt, isDry = false }: DecisionOptions): Decision {
    const decision: Decision = { callId, model, startedAt, replica: this.replica, steps: [] };
    if (isDry) return decision;
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
