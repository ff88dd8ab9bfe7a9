const BAR = 24;
const EVERY_MS = 100;

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A line that tells how far a step is, on a terminal; elsewhere nothing, or logs would be full of it. */
export class Progress {
  private label = '';
  private total = 0;
  private done = 0;
  private drawnAt = 0;

  constructor(private readonly screen: Screen) {}

  start(label: string, total: number): void {
    this.label = label;
    this.total = total;
    this.done = 0;
    this.draw();
  }

  add(count: number, now = Date.now()): void {
    this.done += count;
    if (now - this.drawnAt < EVERY_MS && this.done < this.total) return;
    this.drawnAt = now;
    this.draw();
  }

  /** Clears the line. */
  end(): void {
    if (this.screen.isTTY === true) this.screen.write('\r\u001b[K');
  }

  private draw(): void {
    if (this.screen.isTTY !== true) return;
    const share = this.total === 0 ? 1 : Math.min(1, this.done / this.total);
    const full = Math.round(share * BAR);
    const bar = '█'.repeat(full) + '░'.repeat(BAR - full);
    const counts = `${this.done.toLocaleString('en-US')} of ${this.total.toLocaleString('en-US')}`;
    this.screen.write(`\r\u001b[K${this.label.padEnd(14)} ${bar} ${counts}`);
  }
}
