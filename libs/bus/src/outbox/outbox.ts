import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '@tollgate/contracts';
import type { DurableDraft } from '../bus.js';
import { Fifo } from './fifo.js';
import { doneLine, draftLine, patchLine, recordLine, parseLine, type OutboxEntry } from './outbox-entry.js';
import { freed, isOwned, newOwner } from './owner.js';
import { replay } from './replay.js';
import { SegmentLog, type LogLine } from './segment-log.js';

/** Fits into one message of the bus even when every character takes three bytes. */
const MAX_EVENT_CHARACTERS = 256 * 1024;
/** Texts of waiting events kept in memory; what is beyond waits in its file. */
const MAX_HELD_CHARACTERS = 16 * 1024 * 1024;
const HOUSEKEEPING_MS = 15_000;

export interface OutboxOptions {
  /** Several processes may share it: each has a folder of its own in it, and takes over those of dead ones. */
  readonly directory: string;
  /** Also force every write to the disk: survives a power cut, not only the death of the process. Default false. */
  readonly fsync?: boolean;
  readonly segmentBytes?: number;
}

/**
 * Durable events of this process until somebody else has them: an append-only file, written once a turn of the event
 * loop. `record` resolves when the kernel has the bytes, so a `kill -9` cannot lose them.
 */
export class Outbox {
  private readonly log: SegmentLog;
  private readonly queues = new Map<string, Fifo<OutboxEntry>>();
  private readonly housekeeping: NodeJS.Timeout;
  private lines: LogLine[] = [];
  private waiting: { resolve(): void; reject(error: unknown): void; entry: OutboxEntry }[] = [];
  private finished: OutboxEntry[] = [];
  private readonly changedDrafts = new Set<OutboxEntry>();
  private isScheduled = false;
  private isClosed = false;
  private heldCharacters = 0;
  private lastNumber = 0;
  private adopted = 0;
  private unacknowledged = 0;

  /** Called when events of a subject wait to be taken. */
  onAvailable: (subject: string) => void = () => undefined;

  private constructor(
    private readonly directory: string,
    readonly owner: string,
    private readonly options: OutboxOptions,
  ) {
    this.log = new SegmentLog(join(directory, owner), options.segmentBytes ?? 8 * 1024 * 1024);
    this.housekeeping = setInterval(() => {
      try {
        this.log.touch();
        this.adopt();
      } catch {
        // The folder is out of reach for a moment, or for good: the next write says so to who can act on it.
      }
    }, HOUSEKEEPING_MS).unref();
  }

  static open(options: OutboxOptions): Outbox {
    mkdirSync(options.directory, { recursive: true });
    const outbox = new Outbox(options.directory, newOwner(), options);
    outbox.adopt();
    return outbox;
  }

  /** Records and drafts that are not acknowledged or discarded. */
  get size(): number {
    return this.unacknowledged;
  }

  record(subject: string, event: unknown): Promise<void> {
    const entry = this.newEntry(subject, JSON.stringify(event), 'record');
    return this.commit(entry);
  }

  draft<Event>(subject: string, event: Event): DurableDraft<Event> {
    const entry = this.newEntry(subject, JSON.stringify(event), 'draft');
    this.append({ text: draftLine(entry), entry });
    return {
      update: (patch) => {
        if (entry.state !== 'draft') return;
        entry.patch = { ...entry.patch, ...patch };
        this.changedDrafts.add(entry);
        this.schedule();
      },
      commit: (committed) => {
        if (entry.state !== 'draft') return Promise.resolve();
        entry.text = JSON.stringify(committed);
        entry.patch = undefined;
        return this.commit(entry);
      },
      discard: () => {
        if (entry.state === 'draft') this.acknowledge([entry]);
      },
    };
  }

  /** The next waiting events of a subject, oldest first; they are the taker's until acknowledged or released. */
  take(subject: string, maxEvents: number, maxCharacters = Infinity): OutboxEntry[] {
    const queue = this.queues.get(subject);
    const taken: OutboxEntry[] = [];
    let characters = 0;
    for (let entry = queue?.peek(); entry !== undefined && taken.length < maxEvents; entry = queue?.peek()) {
      this.load(entry);
      characters += entry.text?.length ?? 0;
      if (taken.length > 0 && characters > maxCharacters) break;
      queue?.shift();
      taken.push(entry);
    }
    return taken;
  }

  waitingSubjects(): string[] {
    return [...this.queues].filter(([, queue]) => queue.size > 0).map(([subject]) => subject);
  }

  waitingCount(subject: string): number {
    return this.queues.get(subject)?.size ?? 0;
  }

  /** Puts taken events back: to the front, or to the back so that one bad event does not block the others. */
  release(entries: readonly OutboxEntry[], to: 'front' | 'back' = 'front'): void {
    const [first] = entries;
    if (first === undefined) return;
    if (to === 'front') this.queue(first.subject).unshift(entries);
    else for (const entry of entries) this.queue(entry.subject).push(entry);
  }

  /** Somebody else has the events: they are forgotten here. */
  acknowledge(entries: readonly OutboxEntry[]): void {
    const done = entries.filter((entry) => entry.state !== 'done');
    if (done.length === 0) return;
    for (const entry of done) {
      if (entry.state === 'record') this.heldCharacters -= entry.text?.length ?? 0;
      entry.state = 'done';
      this.changedDrafts.delete(entry);
    }
    this.unacknowledged -= done.length;
    this.append({ text: doneLine(done) });
    this.schedule(done);
  }

  /** Writes what is still in memory and leaves the folder to whoever opens the outbox next. */
  close(): void {
    if (this.isClosed) return;
    clearInterval(this.housekeeping);
    this.flush();
    this.isClosed = true;
    this.log.close();
    if (this.unacknowledged === 0) rmSync(this.log.directory, { recursive: true, force: true });
    else renameSync(this.log.directory, join(this.directory, freed(this.owner)));
  }

  private schedule(finished?: readonly OutboxEntry[]): void {
    if (finished !== undefined) this.finished.push(...finished);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      if (!this.isClosed) this.flush();
    });
  }

  private append(line: LogLine): void {
    this.lines.push(line);
    this.schedule();
  }

  private newEntry(subject: string, text: string, state: OutboxEntry['state']): OutboxEntry {
    this.lastNumber += 1;
    this.unacknowledged += 1;
    return { number: this.lastNumber, subject, text, patch: undefined, state, place: undefined };
  }

  private commit(entry: OutboxEntry): Promise<void> {
    if (this.isClosed || (entry.text?.length ?? 0) > MAX_EVENT_CHARACTERS) {
      const why = this.isClosed ? 'The outbox is closed' : 'The event is too large to be recorded';
      return Promise.reject(new GatewayError('internal', why));
    }
    entry.state = 'record';
    this.changedDrafts.delete(entry);
    // A draft that ends in the turn it began in is written once.
    const begun = entry.place === undefined ? this.lines.findIndex((line) => line.entry === entry) : -1;
    if (begun >= 0) this.lines.splice(begun, 1);
    this.append({ text: recordLine(entry), entry });
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject, entry });
    });
  }

  private flush(): void {
    this.isScheduled = false;
    for (const entry of this.changedDrafts) this.lines.push({ text: patchLine(entry) });
    this.changedDrafts.clear();
    const { lines, waiting } = this;
    this.lines = [];
    this.waiting = [];
    try {
      if (lines.length > 0) this.log.append(lines);
    } catch (cause) {
      const error = new GatewayError('internal', 'The outbox cannot be written', { cause });
      for (const { reject } of waiting) reject(error);
      return;
    }
    for (const entry of this.finished.splice(0)) this.log.forget(entry);
    this.moveStragglers();
    if (this.options.fsync === true)
      void this.log.sync().then(
        () => this.announce(waiting),
        () => this.announce(waiting),
      );
    else this.announce(waiting);
  }

  private announce(waiting: typeof this.waiting): void {
    const subjects = new Set<string>();
    for (const { resolve, entry } of waiting) {
      this.enqueue(entry);
      subjects.add(entry.subject);
      resolve();
    }
    for (const subject of subjects) this.onAvailable(subject);
  }

  private enqueue(entry: OutboxEntry): void {
    this.heldCharacters += entry.text?.length ?? 0;
    if (this.heldCharacters > MAX_HELD_CHARACTERS) {
      this.heldCharacters -= entry.text?.length ?? 0;
      entry.text = undefined;
    }
    this.queue(entry.subject).push(entry);
  }

  private load(entry: OutboxEntry): void {
    if (entry.text !== undefined) return;
    entry.text = parseLine(this.log.read(entry).trimEnd())?.text ?? 'null';
    this.heldCharacters += entry.text.length;
  }

  private queue(subject: string): Fifo<OutboxEntry> {
    let queue = this.queues.get(subject);
    if (queue === undefined) this.queues.set(subject, (queue = new Fifo()));
    return queue;
  }

  private moveStragglers(): void {
    const moved = this.log.collect().map((entry): LogLine => {
      if (entry.state === 'record') {
        const text = entry.text ?? parseLine(this.log.read(entry).trimEnd())?.text;
        return { text: recordLine({ ...entry, text }), entry };
      }
      if (entry.patch !== undefined) this.changedDrafts.add(entry);
      return { text: draftLine(entry), entry };
    });
    if (moved.length > 0) this.log.append(moved);
    if (this.changedDrafts.size > 0) this.schedule();
  }

  /** Takes over the folders whose owners are gone. The rename is what makes it one process's. */
  private adopt(): void {
    for (const name of readdirSync(this.directory)) {
      const path = join(this.directory, name);
      if (name === this.owner || isOwned(name, path)) continue;
      this.adopted += 1;
      const mine = join(this.directory, `${this.owner}~adopted~${String(this.adopted)}`);
      try {
        renameSync(path, mine);
      } catch {
        continue;
      }
      for (const { subject, text } of replay(mine)) {
        this.commit(this.newEntry(subject, text, 'record')).catch(() => undefined);
        if (this.lines.length >= 1000) this.flush();
      }
      this.flush();
      rmSync(mine, { recursive: true, force: true });
    }
  }
}
