interface Event {
  readonly at: number;
  readonly order: number;
  run: () => void;
  isOff: boolean;
}

/** A clock that stands still while anything can still be done, and then jumps to the next event. */
export class VirtualTime {
  private clock: number;
  private order = 0;
  private readonly events: Event[] = [];

  constructor(start: number) {
    this.clock = start;
  }

  readonly now = (): number => this.clock;

  /** Runs at a time (epoch ms); events of one time in the order in which they were asked for. */
  at(time: number, run: () => void): Event {
    const event = { at: Math.max(time, this.clock), order: this.order++, run, isOff: false };
    push(this.events, event);
    return event;
  }

  /** Rejects at once when the signal aborts. */
  readonly sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const event = this.at(this.clock + milliseconds, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        event.isOff = true;
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });

  /** Until nothing is left to happen. */
  async run(): Promise<void> {
    await everythingDone();
    for (let event = pop(this.events); event !== undefined; event = pop(this.events)) {
      if (event.isOff) continue;
      this.clock = event.at;
      event.run();
      if (this.events[0]?.at !== this.clock) await everythingDone();
    }
  }
}

/** All that follows from an event comes before the next one. */
const everythingDone = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBefore = (left: Event, right: Event): boolean =>
  left.at < right.at || (left.at === right.at && left.order < right.order);

/** A binary heap, the earliest event first. */
function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, heap[child] ?? right)) child += 1;
    const below = heap[child];
    if (below === undefined || !isBefore(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return first;
}
