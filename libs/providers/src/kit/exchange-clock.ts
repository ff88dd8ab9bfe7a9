import type { Clocks } from '@tollgate/contracts';

/** What an exchange waited for, and how long at most. */
export type Expired = (what: string, milliseconds: number) => void;

/**
 * The clocks of one exchange: the total, and that of the phase which it is in. One timer serves them all, set for the shortest of them
 * at first. It looks at the time when it fires, which hardly any exchange is there to see: to set one anew for every phase costs more.
 */
export class ExchangeClock {
  private readonly totalAt: number;
  private phase = '';
  private phaseMs = 0;
  /** Infinite: no phase is being timed. */
  private phaseAt = Infinity;
  private timer: NodeJS.Timeout;
  private timerAt: number;

  constructor(
    private readonly clocks: Clocks,
    private readonly expired: Expired,
  ) {
    const now = performance.now();
    const shortest = Math.min(clocks.connectMs, clocks.firstTokenMs, clocks.idleMs, clocks.totalMs);
    this.totalAt = now + clocks.totalMs;
    this.timerAt = now + shortest;
    this.timer = setTimeout(this.onTimer, shortest);
  }

  /** A phase begins, in place of the one before. */
  begin(phase: string, milliseconds: number): void {
    const now = performance.now();
    this.phase = phase;
    this.phaseMs = milliseconds;
    this.phaseAt = now + milliseconds;
    if (this.phaseAt < this.timerAt) this.setTimer(now);
  }

  /** The phase is over in time. */
  end(): void {
    this.phaseAt = Infinity;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private setTimer(now: number): void {
    clearTimeout(this.timer);
    this.timerAt = Math.min(this.phaseAt, this.totalAt);
    this.timer = setTimeout(this.onTimer, this.timerAt - now);
  }

  private readonly onTimer = (): void => {
    const now = performance.now();
    if (now >= this.phaseAt) this.expired(this.phase, this.phaseMs);
    else if (now >= this.totalAt) this.expired('no complete answer', this.clocks.totalMs);
    else this.setTimer(now);
  };
}
