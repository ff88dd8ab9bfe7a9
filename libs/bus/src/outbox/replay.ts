import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseLine } from './outbox-entry.js';

export interface ReplayedEvent {
  readonly subject: string;
  readonly text: string;
}

interface Survivor {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly patches: string[];
}

/** What a dead owner's folder still owes: its records, and its drafts as they last stood. Holds one file at a time. */
export function* replay(directory: string): Generator<ReplayedEvent> {
  const survivors = findSurvivors(directory);
  let open: { file: string; bytes: Buffer } | undefined;
  for (const survivor of survivors) {
    if (open?.file !== survivor.file) open = { file: survivor.file, bytes: readFileSync(survivor.file) };
    const line = parseLine(open.bytes.toString('utf8', survivor.start, survivor.end));
    const text = line && patched(line.text, survivor.patches);
    if (text !== undefined && line !== undefined) yield { subject: line.subject, text };
  }
}

function findSurvivors(directory: string): Survivor[] {
  const survivors = new Map<number, Survivor>();
  const files = readdirSync(directory).filter((name) => name.endsWith('.log'));
  for (const name of files.toSorted()) {
    const file = join(directory, name);
    const bytes = readFileSync(file);
    // A line without its end was torn by the crash and is nobody's promise.
    for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
      const line = parseLine(bytes.toString('utf8', start, end));
      const number = line?.numbers[0];
      if (line === undefined || number === undefined) continue;
      if (line.kind === 'X') for (const done of line.numbers) survivors.delete(done);
      else if (line.kind === 'P') survivors.get(number)?.patches.push(line.text);
      else survivors.set(number, { file, start, end, patches: [] });
    }
  }
  return [...survivors].toSorted(([left], [right]) => left - right).map(([, survivor]) => survivor);
}

function patched(text: string, patches: readonly string[]): string | undefined {
  try {
    const parts = [text, ...patches].map((part): unknown => JSON.parse(part));
    return patches.length === 0 ? text : JSON.stringify(Object.assign({}, ...parts));
  } catch {
    return undefined;
  }
}
