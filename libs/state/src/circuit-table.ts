import type { SharedCircuit } from './state.js';

/** A circuit that nobody closes is taken for closed so long after its deadline, and nothing is known of it any more. */
export const FORGET_MS = 600_000;

/**
 * What is known of a circuit. `until` and `closed` only ever grow, and the circuit exists while `until` is the greater one:
 * so replicas may tell each other in any order and as often as they like, and all end with the same. Times are epoch ms.
 */
export interface CircuitRecord {
  /** The deadline of the last opening. */
  readonly until: number;
  /** How often it was opened in a row. */
  readonly opens: number;
  /** Openings with a deadline up to this one are over. */
  readonly closed: number;
  /** End of the probe's lease; 0: there is none. It belongs to `until`: a new opening ends it. */
  readonly probing: number;
}

const UNKNOWN: CircuitRecord = { until: 0, opens: 0, closed: 0, probing: 0 };

/** The circuits as this process knows them. Looking is free while nothing ran out. */
export class CircuitTable {
  /** Of closed ones too: an opening that is told late must not bring them back. */
  private readonly records = new Map<string, CircuitRecord>();
  private readonly live = new Map<string, SharedCircuit>();
  /** When something runs out next. */
  private nextChange = Number.POSITIVE_INFINITY;

  constructor(private readonly now: () => number) {}

  /** By id: the open and the half-open ones. The same map every time: do not keep it. */
  current(): ReadonlyMap<string, SharedCircuit> {
    if (this.now() >= this.nextChange) this.prune();
    return this.live;
  }

  recordOf(id: string): CircuitRecord {
    return this.records.get(id) ?? UNKNOWN;
  }

  ids(): readonly string[] {
    return [...this.records.keys()];
  }

  /** A later deadline wins, an earlier one never shortens, one that is over is ignored: tells whether anything changed. */
  open(id: string, until: number): boolean {
    const now = this.now();
    const record = this.recordOf(id);
    if (!Number.isFinite(until) || until <= Math.max(now, record.until, record.closed)) return false;
    const known = this.current().get(id);
    const wasOpen = known !== undefined && known.until > now;
    const opens = (known?.opens ?? 0) + (wasOpen ? 0 : 1);
    this.put(id, { ...record, until, opens, probing: 0 });
    return true;
  }

  /** Ends every opening with a deadline up to this one; a later one stays. Tells whether anything changed. */
  close(id: string, until: number): boolean {
    const record = this.recordOf(id);
    if (until <= record.closed || until < record.until) return false;
    this.put(id, { ...record, closed: until, probing: 0 });
    return true;
  }

  /** Whether a probe may be sent: the circuit is half-open and none is under way. */
  isClaimable(id: string): boolean {
    const circuit = this.current().get(id);
    return circuit?.probingUntil === null && circuit.until <= this.now();
  }

  /** Takes the probe for so many milliseconds, unless another has it. */
  claim(id: string, leaseMs: number): boolean {
    if (!this.isClaimable(id)) return false;
    this.put(id, { ...this.recordOf(id), probing: this.now() + leaseMs });
    return true;
  }

  release(id: string): void {
    const record = this.recordOf(id);
    if (record.probing > 0) this.put(id, { ...record, probing: 0 });
  }

  /** Takes over what another knows of it. */
  join(id: string, other: CircuitRecord): void {
    const own = this.recordOf(id);
    const closed = Math.max(own.closed, other.closed);
    const isNewer = other.until > own.until;
    const isSame = other.until === own.until;
    const { until, opens, probing } = isNewer ? other : own;
    this.put(id, {
      until,
      closed,
      opens: isSame ? Math.max(opens, other.opens) : opens,
      probing: isSame ? other.probing : probing,
    });
  }

  private put(id: string, record: CircuitRecord): void {
    const now = this.now();
    const end = endOf(record);
    if (end <= now) {
      this.records.delete(id);
      this.live.delete(id);
      return;
    }
    this.records.set(id, record);
    const { until, opens, closed, probing } = record;
    const isProbing = probing > now;
    if (until > closed) this.live.set(id, { until, opens, probingUntil: isProbing ? probing : null });
    else this.live.delete(id);
    this.nextChange = Math.min(this.nextChange, end, isProbing ? probing : end);
  }

  private prune(): void {
    this.nextChange = Number.POSITIVE_INFINITY;
    for (const [id, record] of this.records) this.put(id, record);
  }
}

const endOf = ({ until, closed }: CircuitRecord): number => Math.max(until, closed) + FORGET_MS;
