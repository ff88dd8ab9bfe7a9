/** Where something stands; shown in every message about it. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

interface LocatedScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** As written: `007` is a number, and still not `7` when a string is wanted. */
  readonly source: string;
}

interface LocatedList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Located[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

/** A key, where it stands, and what it holds. */
export interface LocatedEntry {
  readonly place: Place;
  readonly value: Located;
}

/** A YAML value that knows its place. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

export const isNull = (node: Located): boolean => node.kind === 'scalar' && node.value === null;

/** The value without places; `resolveText` sees every string. */
export function toPlain(node: Located, resolveText: (text: string, place: Place) => unknown): unknown {
  if (node.kind === 'scalar') {
    return typeof node.value === 'string' ? resolveText(node.value, node.place) : node.value;
  }
  if (node.kind === 'list') return node.items.map((item) => toPlain(item, resolveText));
  return Object.fromEntries(
    [...node.entries].map(([key, { value }]) => [key, toPlain(value, resolveText)] as const),
  );
}

/** How a value is called in a message. Text is quoted unless it came from the environment. */
export function describe(node: Located): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? JSON.stringify(node.value) : String(node.value);
}
