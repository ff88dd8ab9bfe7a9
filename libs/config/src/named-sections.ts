import { describe, type Located, type Place } from './located.js';
import { Section, type ReadContext } from './section.js';
import type { KeyOf, SectionName } from './settings.js';

/** Opens a mapping as the section it is; null (after reporting) when it is something else. */
export function openSection<Name extends SectionName>(
  node: Located,
  at: { readonly path: string; readonly context: ReadContext },
): Section<KeyOf<Name>> | null {
  if (node.kind === 'map') return new Section<KeyOf<Name>>(node, at.path, at.context);
  at.context.report.problem(at.path, node.place, `expected a mapping, got ${describe(node)}`);
  return null;
}

/** A top-level section, empty when the file has none. */
export function topSection<Name extends Exclude<KeyOf<''> & SectionName, ''>>(
  root: Section<KeyOf<''>>,
  name: Name,
): Section<KeyOf<Name>> {
  const node = root.map(name) ?? { kind: 'map' as const, place: root.node.place, entries: new Map() };
  return new Section<KeyOf<Name>>(node, name, root.context);
}

/** A mapping within a section; null when there is none, or (after reporting) something else. */
export function innerSection<Name extends SectionName>(
  outer: Section<string>,
  key: string,
): Section<KeyOf<Name>> | null {
  const node = outer.map(key);
  return node === null ? null : new Section<KeyOf<Name>>(node, outer.pathOf(key), outer.context);
}

interface NamedSection<Name extends SectionName> {
  readonly name: string;
  /** Of the name. */
  readonly place: Place;
  readonly section: Section<KeyOf<Name>>;
}

/** The sections of a mapping whose keys are names of the file's own (groups, teams, providers). */
export function sectionsByName<Name extends SectionName>(
  outer: Section<string>,
  key: string,
): NamedSection<Name>[] {
  const { context } = outer;
  return [...(outer.map(key)?.entries ?? [])].flatMap(([name, { place, value }]) => {
    const section = openSection<Name>(value, { path: `${outer.pathOf(key)}.${name}`, context });
    return section === null ? [] : [{ name, place, section }];
  });
}
