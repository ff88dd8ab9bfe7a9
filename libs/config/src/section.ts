import type { Setting } from './gateway-config.js';
import type { Mentions } from './mentions.js';
import { describe, isNull, toPlain, type Located, type LocatedMap, type Place } from './located.js';
import type { Report } from './report.js';
import { referencedVariable, toSetting, type Variables } from './setting.js';

export interface NumberRule {
  /** 0 when not given. */
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
  /** A word that is allowed too, for the message: whoever allows it reads it. */
  readonly or?: string;
}

const TRUE = /^(true|yes|on|1)$/i;
const FALSE = /^(false|no|off|0)$/i;

/** What every reader of the file shares. */
export interface ReadContext {
  readonly report: Report;
  readonly variables: Variables;
  /** Names of models, to be checked when all are known. */
  readonly mentions: Mentions;
}

/**
 * A mapping of the file, read key by key. Whoever reads a key checks its type; `rest` then holds the keys that nobody
 * read. Numbers and booleans may be written as strings or as `os.environ/NAME`, as LiteLLM's users do.
 */
export class Section<Key extends string> {
  private readonly read = new Set<string>();

  constructor(
    readonly node: LocatedMap,
    readonly path: string,
    readonly context: ReadContext,
  ) {}

  has(key: Key): boolean {
    return this.entry(key) !== null;
  }

  placeOf(key: Key): Place {
    return this.node.entries.get(key)?.place ?? this.node.place;
  }

  /** For messages about a key. */
  at(key: Key): { readonly path: string; readonly place: Place } {
    return { path: this.pathOf(key), place: this.placeOf(key) };
  }

  /** A string with its reference, if it is one, resolved now. */
  text(key: Key): string | null {
    const entry = this.scalar(key, 'a string');
    return entry === null ? null : this.resolved(entry.source, key);
  }

  /** A string that stays a reference if it is one. */
  setting(key: Key): Setting | null {
    const entry = this.scalar(key, 'a string');
    return entry === null ? null : toSetting(entry.source);
  }

  number(key: Key, { min = 0, max = Infinity, integer = false, or }: NumberRule = {}): number | null {
    const alternative = or === undefined ? '' : ` or ${or}`;
    const expected = `${integer ? 'a whole number' : 'a number'}${rangeText(min, max)}${alternative}`;
    const scalar = this.scalar(key, expected);
    const text = scalar === null ? null : this.resolved(scalar.source, key);
    if (scalar === null || text === null) return null;
    const value = Number(text);
    const fits = text.trim() !== '' && Number.isFinite(value) && value >= min && value <= max;
    if (fits && (!integer || Number.isInteger(value))) return value;
    return this.wrong(key, expected, gotText(scalar.source, text));
  }

  /** Seconds in the file, whole milliseconds here. */
  seconds(key: Key, rule: NumberRule = { min: 0.001 }): number | null {
    const seconds = this.number(key, rule);
    return seconds === null ? null : Math.round(seconds * 1000);
  }

  boolean(key: Key): boolean | null {
    const scalar = this.scalar(key, 'true or false');
    const text = scalar === null ? null : this.resolved(scalar.source, key);
    if (scalar === null || text === null) return null;
    if (TRUE.test(text)) return true;
    if (FALSE.test(text)) return false;
    const got = gotText(scalar.source, text);
    return this.wrong(key, 'true or false', got);
  }

  /** One of these words. */
  choice<Option extends string>(key: Key, options: readonly Option[]): Option | null {
    const scalar = this.scalar(key, listed(options));
    const text = scalar === null ? null : this.resolved(scalar.source, key);
    if (scalar === null || text === null) return null;
    const option = options.find((known) => known === text);
    return option ?? this.wrong(key, listed(options), gotText(scalar.source, text));
  }

  /** The name of a model; whether there is one of that name is asked later. */
  modelName(key: Key, { orDeployment }: { readonly orDeployment: boolean }): string | null {
    const name = this.text(key);
    if (name !== null) {
      const kind = orDeployment ? 'target' : 'model';
      this.context.mentions.add({ name, kind, ...this.at(key) });
    }
    return name;
  }

  /** A list of strings; a single string is a list of one. */
  texts(key: Key): string[] {
    const node = this.entry(key);
    if (node === null) return [];
    const items = node.kind === 'list' ? node.items : [node];
    return items.flatMap((item) => {
      const text =
        item.kind === 'scalar' && item.value !== null ? this.resolved(item.source, key) : undefined;
      if (text === undefined) this.wrong(key, 'a list of strings', describe(item));
      return text ?? [];
    });
  }

  list(key: Key): readonly Located[] | null {
    const node = this.entry(key);
    if (node === null) return null;
    return node.kind === 'list' ? node.items : this.wrong(key, 'a list', describe(node));
  }

  map(key: Key): LocatedMap | null {
    const node = this.entry(key);
    if (node === null) return null;
    return node.kind === 'map' ? node : this.wrong(key, 'a mapping', describe(node));
  }

  /** Plain value with every reference in it resolved. */
  plain(node: Located, path: string): unknown {
    return toPlain(node, (text, place) => this.resolvedAt(text, path, place));
  }

  problem(key: Key, text: string): void {
    this.context.report.problem(this.pathOf(key), this.placeOf(key), text);
  }

  /** Entries whose key was never asked for. */
  rest(): [string, { place: Place; value: Located }][] {
    return [...this.node.entries].filter(([key]) => !this.read.has(key));
  }

  /** Counts keys as read without reading them. */
  ignore(test: (key: string) => boolean): void {
    for (const key of this.node.entries.keys()) if (test(key)) this.read.add(key);
  }

  /** Keys that were asked for: the ones that do something. */
  get known(): readonly string[] {
    return [...this.read];
  }

  /** Every key left is either valid and without effect, or a mistake. */
  finish(accepted: ReadonlySet<string>): void {
    for (const [key, { place }] of this.rest()) {
      if (accepted.has(key)) this.context.report.noEffect(this.pathOf(key), place);
      else this.context.report.unknownKey(this.pathOf(key), place, [...this.read, ...accepted]);
    }
  }

  pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  private entry(key: Key): Located | null {
    this.read.add(key);
    const entry = this.node.entries.get(key);
    return entry === undefined || isNull(entry.value) ? null : entry.value;
  }

  private scalar(key: Key, expected: string): { source: string } | null {
    const node = this.entry(key);
    if (node === null) return null;
    if (node.kind !== 'scalar') return this.wrong(key, expected, describe(node));
    return { source: typeof node.value === 'string' ? node.value : node.source };
  }

  private resolved(text: string, key: string): string | null {
    return this.resolvedAt(text, this.pathOf(key), this.node.entries.get(key)?.place) ?? null;
  }

  private resolvedAt(text: string, path: string, place: Place | undefined): string | undefined {
    const variable = referencedVariable(text);
    if (variable === null) return text;
    const value = this.context.variables[variable];
    if (value === undefined) {
      this.context.report.problem(
        path,
        place ?? this.node.place,
        `the environment variable ${variable} is not set`,
      );
    }
    return value;
  }

  private wrong(key: Key, expected: string, got: string): null {
    this.problem(key, `expected ${expected}, got ${got}`);
    return null;
  }
}

function rangeText(min: number, max: number): string {
  if (max !== Infinity) return ` from ${min} to ${max}`;
  return min === -Infinity ? '' : ` of at least ${min}`;
}

const listed = (options: readonly string[]): string =>
  options.length === 1 ? options.join() : `${options.slice(0, -1).join(', ')} or ${options.slice(-1).join()}`;

/** What came from the environment is not told: it may be a secret in the wrong place. */
const gotText = (written: string, text: string): string =>
  written === text ? JSON.stringify(text) : `what ${written} holds`;
