import type { OutboxEntry } from './outbox-entry.js';
import type { Outbox } from './outbox.js';

export interface PumpOptions {
  /** Resolves when somebody else is responsible for the events; a rejection means that they come again. */
  deliver(subject: string, entries: readonly OutboxEntry[]): Promise<void>;
  readonly maxEvents: number;
  readonly maxCharacters: number;
  /** How long a batch waits for company; longer while events come in crowds, as a batch costs far more than an event. */
  readonly lingerMs: number;
  /** First wait after a failure; doubles up to a hundred times that. */
  readonly retryMs: number;
}

/** A batch of so many shows that more are coming. */
const CROWD = 8;
const CROWD_LINGER_MS = 250;

/** Takes events of one subject out of the outbox in batches, one after another, until all are delivered. */
export class OutboxPump {
  private isRunning = false;
  private isStopped = false;
  private failures = 0;
  private lastBatch = 0;
  private isDue = false;
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();

  constructor(
    private readonly outbox: Outbox,
    private readonly subject: string,
    private readonly options: PumpOptions,
  ) {}

  /** There may be something to deliver. */
  wake(): void {
    if (this.isStopped || this.isRunning) return;
    const isFull = this.outbox.waitingCount(this.subject) >= this.options.maxEvents;
    if (this.timer === undefined) this.start(isFull ? 0 : this.lingerMs());
    else if (isFull && this.failures === 0 && !this.isDue) this.start(0);
  }

  /** Tries again now instead of waiting. */
  retryNow(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.failures = 0;
    this.wake();
  }

  /** Delivers once what is there, without waiting for more; a failure stays in the outbox. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.current;
    while (!this.isStopped && this.failures === 0 && this.outbox.waitingCount(this.subject) > 0)
      await this.deliverBatch();
  }

  /** Takes no new batch; resolves when the one under way is over. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.current;
  }

  private lingerMs(): number {
    const { lingerMs } = this.options;
    return this.lastBatch < CROWD ? lingerMs : Math.max(lingerMs, CROWD_LINGER_MS);
  }

  private start(delayMs: number): void {
    clearTimeout(this.timer);
    this.isDue = delayMs === 0;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.isRunning = true;
      this.current = this.deliverBatch().finally(() => {
        this.isRunning = false;
        if (this.outbox.waitingCount(this.subject) > 0) this.next();
      });
    }, delayMs).unref();
  }

  private next(): void {
    if (this.isStopped || this.timer !== undefined) return;
    if (this.failures === 0) this.wake();
    else this.start(this.options.retryMs * Math.min(2 ** (this.failures - 1), 100));
  }

  private async deliverBatch(): Promise<void> {
    // After a failure smaller and smaller batches, so that one bad event ends up alone.
    const size = Math.max(1, Math.ceil(this.options.maxEvents / 2 ** this.failures));
    const entries = this.outbox.take(this.subject, size, this.options.maxCharacters);
    this.lastBatch = entries.length;
    if (entries.length === 0) return;
    try {
      await this.options.deliver(this.subject, entries);
      this.failures = 0;
      this.outbox.acknowledge(entries);
    } catch {
      this.failures += 1;
      this.outbox.release(entries, entries.length === 1 ? 'back' : 'front');
    }
  }
}
