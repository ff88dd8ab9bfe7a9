import { describe, type Located, type LocatedMap } from './located.js';
import { Section, type ReadContext } from './section.js';
import type { KeyOf, SectionName } from './settings.js';

const EMPTY: LocatedMap = { kind: 'map', place: { file: '', line: 1 }, entries: new Map() };

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
  const node = root.map(name) ?? EMPTY;
  return new Section<KeyOf<Name>>(node, name, root.context);
}
