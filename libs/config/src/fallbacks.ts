import type { GroupNames } from './group-names.js';
import { describe, type Located, type LocatedEntry } from './located.js';
import type { Section } from './section.js';

type FallbackSection = Section<'fallbacks' | 'default_fallbacks'>;

/** `fallbacks` (a list of `{group: [groups]}`) and `default_fallbacks` of one section; the latter are those of `*`. */
export function readFallbacks(section: FallbackSection, names: GroupNames): Map<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>();
  const byDefault = section.list('default_fallbacks');
  if (byDefault !== null) {
    chains.set('*', readTargets(byDefault, section, { names, path: section.pathOf('default_fallbacks') }));
  }
  for (const [index, item] of (section.list('fallbacks') ?? []).entries()) {
    const path = `${section.pathOf('fallbacks')}[${index}]`;
    if (item.kind !== 'map') {
      const text = `expected a mapping of a model to a list of models, got ${describe(item)}`;
      section.context.report.problem(path, item.place, text);
      continue;
    }
    for (const [group, entry] of item.entries) {
      const targets = readChain(group, entry, section, { names, path });
      if (targets !== null) chains.set(group, targets);
    }
  }
  return chains;
}

interface At {
  readonly names: GroupNames;
  readonly path: string;
}

function readChain(group: string, entry: LocatedEntry, section: FallbackSection, { names, path }: At) {
  const { report } = section.context;
  const at = `${path}.${group}`;
  if (group !== '*' && !names.has(group)) report.problem(at, entry.place, names.missing(group));
  const { value } = entry;
  if (value.kind === 'list') return readTargets(value.items, section, { names, path: at });
  if (value.kind === 'scalar' && typeof value.value === 'string') {
    return readTargets([value], section, { names, path: at });
  }
  report.problem(at, entry.place, `expected a list of models, got ${describe(value)}`);
  return null;
}

/** A target is a name, or an object whose `model` is one (LiteLLM lets it replace parts of the request). */
function readTargets(items: readonly Located[], section: FallbackSection, { names, path }: At): string[] {
  const { report } = section.context;
  return items.flatMap((item, index) => {
    const at = `${path}[${index}]`;
    const node = item.kind === 'map' ? item.entries.get('model')?.value : item;
    if (node?.kind !== 'scalar' || node.value === null) {
      report.problem(at, item.place, `expected the name of a model, got ${describe(item)}`);
      return [];
    }
    if (item.kind === 'map') {
      for (const [key, { place }] of item.entries)
        if (key !== 'model') report.noEffect(`${at}.${key}`, place);
    }
    if (!names.has(node.source)) report.problem(at, item.place, names.missing(node.source));
    return [node.source];
  });
}
