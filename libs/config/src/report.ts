import { basename } from 'node:path';
import type { Place } from './located.js';
import { didYouMean } from './nearest.js';

interface Ineffective {
  readonly place: Place;
  count: number;
}

/** Collects what is wrong and what is odd while a configuration is read, so that all of it is told at once. */
export class Report {
  readonly problems: string[] = [];
  private readonly oddities: string[] = [];
  private readonly ineffective = new Map<string, Ineffective>();

  /** @param where how a place is called in a message. */
  constructor(readonly where: (place: Place) => string) {}

  /** Of a file and those that it includes: places in any other file are shown with that file's name. */
  static ofFile(mainFile: string): Report {
    return new Report(({ file, line }) =>
      file === mainFile ? `line ${line}` : `${basename(file)} line ${line}`,
    );
  }

  problem(path: string, place: Place, text: string): void {
    this.problems.push(`${path} (${this.where(place)}): ${text}`);
  }

  unknownKey(path: string, place: Place, known: Iterable<string>): void {
    const key = path.slice(path.lastIndexOf('.') + 1);
    this.problem(path, place, `unknown key${didYouMean(key, known)}`);
  }

  warning(path: string, place: Place, text: string): void {
    this.oddities.push(`${this.where(place)}: ${path} ${text}`);
  }

  /** A valid key that does nothing yet: one warning for all its places in a list. */
  noEffect(path: string, place: Place): void {
    const shape = path.replace(/\[\d+\]/g, '[]');
    const known = this.ineffective.get(shape);
    if (known) known.count += 1;
    else this.ineffective.set(shape, { place, count: 1 });
  }

  get warnings(): string[] {
    const ineffective = [...this.ineffective].map(([path, { place, count }]) => {
      const others = count === 1 ? '' : ` (and ${count - 1} more)`;
      return `${this.where(place)}${others}: ${path} is accepted but has no effect yet`;
    });
    return [...this.oddities, ...ineffective];
  }
}
