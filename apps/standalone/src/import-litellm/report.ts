const KINDS = [
  ...['budgets', 'organizations', 'users', 'teams', 'projects', 'end users', 'tags', 'members', 'keys'],
  ...['models', 'calls', 'corrections'],
] as const;
export type Kind = (typeof KINDS)[number];

interface Tally {
  taken: number;
  there: number;
  refused: number;
}

/** So many are named for a reason. */
const NAMED = 5;

interface Reason {
  count: number;
  readonly names: string[];
}

/** What an import took, found there already, and could not take. */
export class ImportReport {
  private readonly tallies = new Map<string, Tally>();
  private readonly reasons = new Map<string, Reason>();
  private readonly tables: string[] = [];
  private readonly losses = new Map<string, Reason>();

  taken(kind: Kind, count = 1): void {
    this.of(kind).taken += count;
  }

  there(kind: Kind, count = 1): void {
    this.of(kind).there += count;
  }

  /** Not taken at all. */
  refused(kind: Kind, name: string, reason: string): void {
    this.of(kind).refused += 1;
    note(this.reasons, `${kind}: ${reason}`, name);
  }

  /** Something that belongs to one is not taken. */
  lost(kind: Kind, name: string, what: string): void {
    note(this.losses, `${kind}: ${what}`, name);
  }

  /** A table that is not looked into. */
  untaken(table: string, count: number, what: string): void {
    this.tables.push(`  ${table}: ${what} (${shown(count)})`);
  }

  of(kind: Kind): Tally {
    const known = this.tallies.get(kind);
    if (known !== undefined) return known;
    const tally = { taken: 0, there: 0, refused: 0 };
    this.tallies.set(kind, tally);
    return tally;
  }

  /** @param verb what was done with those that were taken. */
  toText(verb = 'taken'): string {
    const rows = KINDS.flatMap((kind) => {
      const tally = this.tallies.get(kind);
      return tally === undefined ? [] : [[kind, tally.taken, tally.there, tally.refused].map(shown)];
    });
    const table = [['', verb, 'already there', 'not taken'], ...rows].map(
      ([kind = '', ...counts]) => kind.padEnd(14) + counts.map((count) => count.padStart(15)).join(''),
    );
    return [
      ...table,
      ...section('Not taken', [...linesOf(this.reasons), ...this.tables]),
      ...section('Not taken of what was', linesOf(this.losses)),
      '',
    ].join('\n');
  }
}

const shown = (value: string | number): string =>
  typeof value === 'number' ? value.toLocaleString('en-US') : value;

function note(reasons: Map<string, Reason>, reason: string, name: string): void {
  const known = reasons.get(reason) ?? { count: 0, names: [] };
  known.count += 1;
  if (known.names.length < NAMED) known.names.push(name);
  reasons.set(reason, known);
}

const linesOf = (reasons: ReadonlyMap<string, Reason>): string[] =>
  [...reasons].map(([reason, { count, names }]) => {
    const more = count > names.length ? ', ...' : '';
    return `  ${reason} (${shown(count)}: ${names.join(', ')}${more})`;
  });

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];
