import {
  closeSync,
  fdatasync,
  mkdirSync,
  openSync,
  readSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SlotSet } from '@tollgate/collections';
import type { OutboxEntry, Segment } from './outbox-entry.js';

const syncToDisk = promisify(fdatasync);

/** A line to append; with an entry when the line holds the entry's full text. */
export interface LogLine {
  readonly text: string;
  readonly entry?: OutboxEntry | undefined;
}

/** Of what is usually written at once. */
const USUAL_BYTES = 128 * 1024;
const BYTES_OF_CHARACTER = 3;

/**
 * An append-only log in numbered files. A file goes when nothing needs it any more, oldest first: later files hold the
 * notes that say what is done in earlier ones.
 */
export class SegmentLog {
  private readonly segments: Segment[] = [];
  private created = 0;
  /** Lines are put together in it, unless they are too many. */
  private readonly usual = Buffer.allocUnsafe(USUAL_BYTES);

  constructor(
    readonly directory: string,
    private readonly segmentBytes: number,
  ) {
    mkdirSync(directory, { recursive: true });
  }

  /** Writes all lines with one system call. */
  append(lines: readonly LogLine[]): void {
    const segment = this.current();
    const buffer = this.bufferFor(lines);
    let size = 0;
    const lengths = lines.map(({ text }) => {
      const length = buffer.write(text, size);
      size += length;
      return length;
    });
    try {
      writeAll(segment.descriptor, buffer, size);
    } catch (error) {
      // Half a line may have gone out: nothing may follow it, so the next write begins a new file.
      segment.size = Math.max(segment.size, this.segmentBytes);
      throw error;
    }
    for (const [index, { entry }] of lines.entries()) {
      const length = lengths[index] ?? 0;
      if (entry !== undefined && entry.state !== 'done') this.locate(entry, segment, length);
      segment.size += length;
    }
  }

  async sync(): Promise<void> {
    const segment = this.segments.at(-1);
    if (segment !== undefined) await syncToDisk(segment.descriptor);
  }

  /** The line of an entry as it stands in its file. */
  read(entry: OutboxEntry): string {
    const { segment, offset, length } = entry.place ?? fail();
    const buffer = Buffer.allocUnsafe(length);
    readSync(segment.descriptor, buffer, 0, length, offset);
    return buffer.toString('utf8');
  }

  /** The entry needs no file any more. */
  forget(entry: OutboxEntry): void {
    if (entry.place === undefined) return;
    entry.place.segment.entries.delete(entry);
    entry.place.segment.liveBytes -= entry.place.length;
    entry.place = undefined;
  }

  /** Deletes what nobody needs; returns entries that alone keep an old file and should be written again. */
  collect(): OutboxEntry[] {
    for (let oldest = this.segments[0]; oldest !== undefined; oldest = this.segments[0]) {
      if (oldest === this.segments.at(-1) || oldest.entries.size > 0) break;
      this.segments.shift();
      closeSync(oldest.descriptor);
      unlinkSync(oldest.path);
    }
    const oldest = this.segments[0];
    const isSparse = oldest !== undefined && this.segments.length > 3 && oldest.liveBytes * 4 < oldest.size;
    return isSparse ? oldest.entries.values() : [];
  }

  /** Tells processes on other hosts that the folder is in use. */
  touch(): void {
    const now = Date.now() / 1000;
    utimesSync(this.directory, now, now);
  }

  close(): void {
    for (const segment of this.segments.splice(0)) closeSync(segment.descriptor);
  }

  private bufferFor(lines: readonly LogLine[]): Buffer {
    const most = lines.reduce((sum, { text }) => sum + text.length, 0) * BYTES_OF_CHARACTER;
    return most <= USUAL_BYTES ? this.usual : Buffer.allocUnsafe(most);
  }

  private current(): Segment {
    const last = this.segments.at(-1);
    if (last !== undefined && last.size < this.segmentBytes) return last;
    this.created += 1;
    const path = join(this.directory, `${String(this.created).padStart(8, '0')}.log`);
    const segment: Segment = {
      path,
      descriptor: openSync(path, 'a+'),
      entries: new SlotSet(),
      size: 0,
      liveBytes: 0,
    };
    this.segments.push(segment);
    return segment;
  }

  private locate(entry: OutboxEntry, segment: Segment, length: number): void {
    this.forget(entry);
    entry.place = { segment, offset: segment.size, length };
    segment.entries.add(entry);
    segment.liveBytes += length;
  }
}

function writeAll(descriptor: number, buffer: Buffer, size: number): void {
  for (let written = 0; written < size;) {
    written += writeSync(descriptor, buffer, written, size - written);
  }
}

function fail(): never {
  throw new Error('an outbox entry was read that is in no file');
}
