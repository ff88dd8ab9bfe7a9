import { toGatewayError } from '@tollgate/contracts';
import type { Admission, BudgetRefusal } from '@tollgate/state';

type Ask = () => Promise<Admission>;

/** What a call waits for. */
export interface Want {
  readonly ask: Ask;
  /** What has to be free for it. */
  readonly nanos: number;
  /** Epoch ms. */
  readonly until: number;
}

interface Waiter extends Want {
  readonly resolve: (answer: Admission) => void;
  readonly reject: (cause: unknown) => void;
  last: BudgetRefusal;
}

/** How long after a refusal it is asked again when no call of this process ends meanwhile: others may. */
const PAUSES_MS = [0, 5, 10, 20, 40, 80] as const;
const LONGEST_PAUSE_MS = 100;

/** Only what open calls hold is in the way of so much: when they end at less, there may be room. */
export const mayHaveRoom = ({ spentNanos, dueNanos, maxNanos }: BudgetRefusal, nanos: number): boolean =>
  spentNanos + dueNanos + nanos <= maxNanos;

/**
 * Calls that wait for reservations of others to end: first come, first served for each counter, so that a thousand of them ask
 * shared state no more often than one.
 */
export class BudgetQueue {
  private readonly lines = new Map<string, Waiter[]>();
  private readonly alarms = new Map<string, () => void>();

  constructor(private readonly now: () => number = Date.now) {}

  /** The first answer that is no such refusal; the last refusal when that takes too long. */
  wait(refusal: BudgetRefusal, want: Want): Promise<Admission> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { ...want, resolve, reject, last: refusal };
      const line = this.lines.get(refusal.counter);
      if (line !== undefined) {
        line.push(waiter);
        return;
      }
      const begun = [waiter];
      this.lines.set(refusal.counter, begun);
      void this.serve(refusal.counter, begun);
    });
  }

  /** A call that was charged to these counters has ended. */
  ended(counters: readonly string[]): void {
    if (this.alarms.size === 0) return;
    for (const counter of counters) this.alarms.get(counter)?.();
  }

  private async serve(counter: string, line: Waiter[]): Promise<void> {
    let pauses = 0;
    for (let waiter = line[0]; waiter !== undefined; waiter = line[0]) {
      const left = waiter.until - this.now();
      const woken = left > 0 && (await this.pause(counter, Math.min(left, pauseAt(pauses))));
      pauses = woken ? 0 : pauses + 1;
      const settled = left <= 0 ? expire(waiter) : await tried(line, waiter, counter);
      if (settled === 0) continue;
      line.splice(0, settled);
      // Where one got in, or was told for good, the next need not wait before it asks.
      pauses = 0;
    }
    this.lines.delete(counter);
  }

  /** True when a call ended meanwhile. */
  private pause(counter: string, milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (woken: boolean): void => {
        clearTimeout(timer);
        this.alarms.delete(counter);
        resolve(woken);
      };
      const timer = setTimeout(() => end(false), milliseconds);
      this.alarms.set(counter, () => end(true));
    });
  }
}

const pauseAt = (pauses: number): number => PAUSES_MS[pauses] ?? LONGEST_PAUSE_MS;

function expire({ resolve, last }: Waiter): number {
  resolve(last);
  return 1;
}

/** How many of the line have their answer. */
async function tried(line: readonly Waiter[], waiter: Waiter, counter: string): Promise<number> {
  try {
    const answer = await waiter.ask();
    const isBudget = !answer.granted && answer.kind === 'budget';
    if (isBudget && answer.counter === counter && mayHaveRoom(answer, waiter.nanos)) {
      waiter.last = answer;
      return 0;
    }
    waiter.resolve(answer);
    return 1;
  } catch (cause) {
    // Shared state is silent for all of them: asked one after another, the last would wait for as many time-outs.
    const told = toGatewayError(cause).code === 'service_unavailable' ? [...line] : [waiter];
    for (const { reject } of told) reject(cause);
    return told.length;
  }
}
