import { Fifo } from './fifo.js';
import { parseLine, type OutboxEntry } from './outbox-entry.js';

/** Texts of waiting events kept in memory; what is beyond waits in its file. */
const MAX_HELD_CHARACTERS = 16 * 1024 * 1024;

/** Recorded events that wait to be taken, by subject, oldest first. */
export class OutboxQueues {
  private readonly queues = new Map<string, Fifo<OutboxEntry>>();
  private heldCharacters = 0;

  /** `read` finds the line of an entry in its file. */
  constructor(private readonly read: (entry: OutboxEntry) => string) {}

  subjects(): string[] {
    return [...this.queues].filter(([, queue]) => queue.size > 0).map(([subject]) => subject);
  }

  count(subject: string): number {
    return this.queues.get(subject)?.size ?? 0;
  }

  add(entry: OutboxEntry): void {
    const length = entry.text?.length ?? 0;
    if (this.heldCharacters + length > MAX_HELD_CHARACTERS) drop(entry);
    else this.heldCharacters += length;
    this.queueOf(entry.subject).push(entry);
  }

  take(subject: string, maxEvents: number, maxCharacters: number): OutboxEntry[] {
    const queue = this.queues.get(subject);
    const taken: OutboxEntry[] = [];
    let characters = 0;
    for (let entry = queue?.peek(); entry !== undefined && taken.length < maxEvents; entry = queue?.peek()) {
      characters += this.load(entry).length;
      if (taken.length > 0 && characters > maxCharacters) break;
      queue?.shift();
      taken.push(entry);
    }
    return taken;
  }

  release(entries: readonly OutboxEntry[], to: 'front' | 'back'): void {
    const [first] = entries;
    if (first === undefined) return;
    if (to === 'front') this.queueOf(first.subject).unshift(entries);
    else for (const entry of entries) this.queueOf(entry.subject).push(entry);
  }

  /** The text of an event that is done with takes no room any more. */
  forget(entry: OutboxEntry): void {
    this.heldCharacters -= entry.text?.length ?? 0;
    drop(entry);
  }

  private load(entry: OutboxEntry): string {
    if (entry.text === undefined) {
      entry.text = textOf(this.read(entry));
      this.heldCharacters += entry.text.length;
    }
    return entry.text;
  }

  private queueOf(subject: string): Fifo<OutboxEntry> {
    let queue = this.queues.get(subject);
    if (queue === undefined) this.queues.set(subject, (queue = new Fifo()));
    return queue;
  }
}

function drop(entry: OutboxEntry): void {
  entry.text = undefined;
  entry.event = undefined;
}

/** The event of an entry that was taken. */
export const eventOf = ({ event, text }: OutboxEntry): unknown =>
  event === undefined ? JSON.parse(text ?? 'null') : event;

/** The event of a line as it was written. */
export const textOf = (line: string): string => parseLine(line.trimEnd())?.text ?? 'null';
