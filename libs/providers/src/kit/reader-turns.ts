/** Readers that go on in one turn of the event loop. */
const READERS_A_TURN = 16;
/** In a crowd turns are shorter still: whoever comes new needs several of them before its first byte. */
const CROWD = 64;
const CROWD_READERS_A_TURN = 6;
/** Entries that were served are dropped this many at a time. */
const COMPACT_FROM = 1_024;

/** Goes on with what came for it. */
export interface Reader {
  takeTurn(): void;
}

/**
 * Lets the readers of many streams go on in the order in which something came for them, some in each turn of the event loop.
 * However many streams bring something at once, a turn stays short (Node accepts one new connection a turn), and what comes
 * while a reader waits for its turn is read and written on in one piece.
 */
class ReaderTurns {
  private waiting: Reader[] = [];
  private next = 0;

  add(reader: Reader): void {
    if (this.waiting.length === 0) this.schedule();
    this.waiting.push(reader);
  }

  /** More readers wait than one turn serves. */
  get areMany(): boolean {
    return this.waiting.length - this.next > READERS_A_TURN;
  }

  private get share(): number {
    return this.waiting.length - this.next > CROWD ? CROWD_READERS_A_TURN : READERS_A_TURN;
  }

  private schedule(): void {
    setImmediate(() => this.run());
  }

  private run(): void {
    const end = Math.min(this.next + this.share, this.waiting.length);
    while (this.next < end) this.waiting[this.next++]?.takeTurn();
    if (this.next === this.waiting.length || this.next >= COMPACT_FROM) {
      this.waiting = this.waiting.slice(this.next);
      this.next = 0;
    }
    if (this.waiting.length > 0) this.schedule();
  }
}

/** Of the whole process: turns are. */
export const readerTurns = new ReaderTurns();
