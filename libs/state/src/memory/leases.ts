/** The slot of a call in flight. */
export interface Lease {
  readonly until: number;
  readonly of: Leases;
  isLive: boolean;
}

/** Dead leases that may stay in the heap on top of as many as there are live ones. */
const SLACK = 64;

/** The calls in flight of one scope: counted, not walked. A binary heap by the end of the lease tells which one ends first. */
export class Leases {
  private heap: Lease[] = [];
  private live = 0;

  /** Calls whose lease has not ended. */
  count(now: number): number {
    this.earliest(now);
    return this.live;
  }

  /** The end of the lease that ends first; 0: there is none. */
  earliest(now: number): number {
    for (let first = this.heap[0]; first !== undefined; first = this.heap[0]) {
      if (first.isLive && first.until > now) return first.until;
      if (first.isLive) end(first);
      this.removeFirst();
    }
    return 0;
  }

  begin(until: number): Lease {
    const lease: Lease = { until, of: this, isLive: true };
    this.live += 1;
    let at = this.heap.push(lease) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.heap[above];
      if (parent === undefined || parent.until <= until) break;
      this.heap[at] = parent;
      at = above;
    }
    this.heap[at] = lease;
    return lease;
  }

  ended(): void {
    this.live -= 1;
    if (this.heap.length <= 2 * this.live + SLACK) return;
    // What is sorted is a heap.
    this.heap = this.heap.filter(({ isLive }) => isLive).sort((left, right) => left.until - right.until);
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    let at = 0;
    for (;;) {
      const below = this.smallerBelow(at);
      const child = this.heap[below];
      if (child === undefined || child.until >= last.until) break;
      this.heap[at] = child;
      at = below;
    }
    this.heap[at] = last;
  }

  private smallerBelow(at: number): number {
    const left = 2 * at + 1;
    const [one, other] = [this.heap[left], this.heap[left + 1]];
    return one !== undefined && other !== undefined && other.until < one.until ? left + 1 : left;
  }
}

/** Ends a lease, once. */
export function end(lease: Lease): void {
  if (!lease.isLive) return;
  lease.isLive = false;
  lease.of.ended();
}
