import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '@tollgate/contracts';
import type { DurableDraft } from '../bus.js';
import { doneLine, draftLine, patchLine, recordLine, type OutboxEntry } from './outbox-entry.js';
import { OutboxQueues, textOf } from './outbox-queues.js';
import { freed, isOwned, newOwner } from './owner.js';
import { replay } from './replay.js';
import { SegmentLog, type LogLine } from './segment-log.js';

/** Fits into one message of the bus even when every character takes three bytes. */
const MAX_EVENT_CHARACTERS = 256 * 1024;
const SEGMENT_BYTES = 8 * 1024 * 1024;
const HOUSEKEEPING_MS = 15_000;
/** Lines written at a time while the events of a dead owner are taken over. */
const ADOPTED_LINES = 1000;

export interface OutboxOptions {
  /** Several processes may share it: each has a folder of its own in it, and takes over those of dead ones. */
  readonly directory: string;
  /** Also force every write to the disk: survives a power cut, not only the death of the process. Default false. */
  readonly fsync?: boolean;
  readonly segmentBytes?: number;
}

/** Somebody waits until an entry is written. */
interface Waiting {
  readonly entry: OutboxEntry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One object of both, as JSON. */
function joined(known: string, state: object): string {
  const text = JSON.stringify(state);
  if (known === '{}' || text === '{}') return known === '{}' ? text : known;
  return `${known.slice(0, -1)},${text.slice(1)}`;
}

/**
 * Durable events of this process until somebody else has them: an append-only file, written once a turn of the event
 * loop. `record` resolves when the kernel has the bytes, so a `kill -9` cannot lose them.
 */
export class Outbox {
  private readonly log: SegmentLog;
  private readonly queues: OutboxQueues;
  private readonly housekeeping: NodeJS.Timeout;
  private lines: LogLine[] = [];
  private waiting: Waiting[] = [];
  private finished: OutboxEntry[] = [];
  private readonly changedDrafts = new Set<OutboxEntry>();
  private isScheduled = false;
  private isClosed = false;
  private lastNumber = 0;
  private adopted = 0;
  private unacknowledged = 0;

  /** Called when events of a subject wait to be taken. */
  onAvailable: (subject: string) => void = () => undefined;

  private constructor(
    private readonly options: OutboxOptions,
    readonly owner: string,
  ) {
    this.log = new SegmentLog(join(options.directory, owner), options.segmentBytes ?? SEGMENT_BYTES);
    this.queues = new OutboxQueues((entry) => this.log.read(entry));
    this.housekeeping = setInterval(() => {
      this.keepHouse();
    }, HOUSEKEEPING_MS).unref();
  }

  static open(options: OutboxOptions): Outbox {
    mkdirSync(options.directory, { recursive: true });
    const outbox = new Outbox(options, newOwner());
    outbox.adopt();
    return outbox;
  }

  record(subject: string, event: unknown): Promise<void> {
    const entry = this.newEntry(subject, JSON.stringify(event), 'record');
    entry.event = event;
    return this.commit(entry);
  }

  draft<State extends object>(subject: string, known: object, state: State): DurableDraft<State> {
    // Most of an event is known from the start, and written as JSON once.
    const knownText = JSON.stringify(known);
    const entry = this.newEntry(subject, joined(knownText, state), 'draft');
    const begun: LogLine = { text: draftLine(entry), entry };
    this.append(begun);
    return {
      update: (patch) => {
        if (entry.state !== 'draft') return;
        entry.patch = { ...entry.patch, ...patch };
        this.changedDrafts.add(entry);
        this.schedule();
      },
      commit: (committed, event = { ...known, ...committed }) => {
        if (entry.state !== 'draft') return Promise.resolve();
        entry.text = joined(knownText, committed);
        entry.event = event;
        entry.patch = undefined;
        // A draft that ends in the turn it began in is written once.
        if (entry.place === undefined) Object.assign(begun, { text: '', entry: undefined });
        return this.commit(entry);
      },
      discard: () => {
        if (entry.state === 'draft') this.finish([entry]);
      },
    };
  }

  /** The next waiting events of a subject, oldest first; they are the taker's until acknowledged or released. */
  take(subject: string, maxEvents: number, maxCharacters = Infinity): OutboxEntry[] {
    return this.queues.take(subject, maxEvents, maxCharacters);
  }

  waitingSubjects(): string[] {
    return this.queues.subjects();
  }

  waitingCount(subject: string): number {
    return this.queues.count(subject);
  }

  /** Puts taken events back: to the front, or to the back so that one bad event does not block the others. */
  release(entries: readonly OutboxEntry[], to: 'front' | 'back' = 'front'): void {
    this.queues.release(entries, to);
  }

  /** Somebody else has the events: they are forgotten here. */
  acknowledge(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) this.queues.forget(entry);
    this.finish(entries);
  }

  /** Writes what is still in memory and leaves the folder to whoever opens the outbox next. */
  close(): void {
    if (this.isClosed) return;
    clearInterval(this.housekeeping);
    this.flush();
    this.isClosed = true;
    this.log.close();
    if (this.unacknowledged === 0) rmSync(this.log.directory, { recursive: true, force: true });
    else renameSync(this.log.directory, join(this.options.directory, freed(this.owner)));
  }

  private newEntry(subject: string, text: string, state: OutboxEntry['state']): OutboxEntry {
    this.lastNumber += 1;
    this.unacknowledged += 1;
    return {
      number: this.lastNumber,
      subject,
      text,
      event: undefined,
      patch: undefined,
      state,
      place: undefined,
      slot: undefined,
    };
  }

  private commit(entry: OutboxEntry): Promise<void> {
    if (this.isClosed || (entry.text?.length ?? 0) > MAX_EVENT_CHARACTERS) {
      const why = this.isClosed ? 'The outbox is closed' : 'The event is too large to be recorded';
      return Promise.reject(new GatewayError('internal', why));
    }
    entry.state = 'record';
    this.changedDrafts.delete(entry);
    this.append({ text: recordLine(entry), entry });
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject, entry });
    });
  }

  private finish(entries: readonly OutboxEntry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      entry.state = 'done';
      this.changedDrafts.delete(entry);
    }
    this.unacknowledged -= entries.length;
    this.finished.push(...entries);
    this.append({ text: doneLine(entries) });
  }

  private append(line: LogLine): void {
    this.lines.push(line);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      if (!this.isClosed) this.flush();
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
    this.tidy();
    const announce = (): void => {
      this.announce(waiting);
    };
    if (this.options.fsync === true) void this.log.sync().then(announce, announce);
    else announce();
  }

  private announce(written: readonly Waiting[]): void {
    const subjects = new Set<string>();
    for (const { resolve, entry } of written) {
      this.queues.add(entry);
      subjects.add(entry.subject);
      resolve();
    }
    for (const subject of subjects) this.onAvailable(subject);
  }

  private tidy(): void {
    try {
      this.moveStragglers();
    } catch {
      // An old file stays a while longer: the next turn tries again.
    }
  }

  /** Writes again what alone keeps an old file, so that the file can go. */
  private moveStragglers(): void {
    const moved = this.log.collect().map((entry): LogLine => {
      if (entry.state === 'record') {
        const text = entry.text ?? textOf(this.log.read(entry));
        return { text: recordLine({ ...entry, text }), entry };
      }
      if (entry.patch !== undefined) this.changedDrafts.add(entry);
      return { text: draftLine(entry), entry };
    });
    if (moved.length > 0) this.log.append(moved);
    if (this.changedDrafts.size > 0) this.schedule();
  }

  private keepHouse(): void {
    try {
      this.log.touch();
      this.adopt();
    } catch {
      // The folder is out of reach, for a moment or for good: the next write says so to who can act on it.
    }
  }

  /** Takes over the folders whose owners are gone. The rename is what makes one process their new owner. */
  private adopt(): void {
    const { directory } = this.options;
    for (const name of readdirSync(directory)) {
      if (name === this.owner || isOwned(name, join(directory, name))) continue;
      this.adopted += 1;
      const mine = join(directory, `${this.owner}~adopted~${String(this.adopted)}`);
      try {
        renameSync(join(directory, name), mine);
      } catch {
        continue;
      }
      for (const { subject, text } of replay(mine)) {
        this.commit(this.newEntry(subject, text, 'record')).catch(() => undefined);
        if (this.lines.length >= ADOPTED_LINES) this.flush();
      }
      this.flush();
      rmSync(mine, { recursive: true, force: true });
    }
  }
}
