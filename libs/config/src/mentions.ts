import type { Place } from './located.js';
import type { Report } from './report.js';

/** A name of a model somewhere in the file. */
export interface Mention {
  readonly name: string;
  /** What it may be: a model; a model or a deployment's id; what a chain of fallbacks belongs to. */
  readonly kind: 'model' | 'target' | 'chain';
  readonly path: string;
  readonly place: Place;
}

interface KnownNames {
  has(mention: Mention): boolean;
  /** What to say of a name that is not there. */
  missing(mention: Mention): string;
}

/** Names are mentioned before all of them are known, so they are kept until they can be checked. */
export class Mentions {
  private readonly all: Mention[] = [];

  add(mention: Mention): void {
    this.all.push(mention);
  }

  /**
   * Reports the names that nothing has: every call to them would fail. Where models are added through the API too, one of
   * those may have the name: then it is only odd.
   */
  check(names: KnownNames, report: Report, { mayBeStored }: { readonly mayBeStored: boolean }): void {
    for (const mention of this.all.filter((one) => !names.has(one))) {
      const { path, place } = mention;
      const text = names.missing(mention);
      if (mayBeStored) report.warning(path, place, `names what is not in the file: ${text}`);
      else report.problem(path, place, text);
    }
  }
}
