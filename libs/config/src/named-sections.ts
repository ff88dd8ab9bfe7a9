import { describe, type Located } from './located.js';
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
