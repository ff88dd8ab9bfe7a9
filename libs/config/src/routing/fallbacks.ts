import { describe, type Located, type LocatedEntry } from '../located.js';
import type { Section } from '../section.js';

type Chains = Map<string, readonly string[]>;

/** Further names that chains may belong to (a team's own aliases). */
export interface ChainOptions {
  readonly alsoNamed?: ReadonlySet<string>;
}

/** `fallbacks` (a list of `{group: [groups]}`) and `default_fallbacks` of one section; the latter are those of `*`. */
export function readFallbacks(section: Section<'fallbacks' | 'default_fallbacks'>): Chains {
  const byDefault = section.list('default_fallbacks');
  const targets =
    byDefault === null ? null : readTargets(byDefault, section, section.pathOf('default_fallbacks'));
  const chains = readChains(section, 'fallbacks') ?? new Map<string, readonly string[]>();
  return new Map([...(targets === null ? [] : [['*', targets] as const]), ...chains]);
}

/** A list of `{group: [groups]}`; null when the section has none. */
export function readChains<Key extends string>(
  section: Section<Key>,
  key: Key,
  options: ChainOptions = {},
): Chains | null {
  const items = section.list(key);
  if (items === null) return null;
  const chains: Chains = new Map();
  for (const [index, item] of items.entries()) {
    const path = `${section.pathOf(key)}[${index}]`;
    if (item.kind !== 'map') {
      const text = `expected a mapping of a model to a list of models, got ${describe(item)}`;
      section.context.report.problem(path, item.place, text);
      continue;
    }
    for (const [group, entry] of item.entries) {
      const path2 = `${path}.${group}`;
      if (group !== '*' && options.alsoNamed?.has(group) !== true) {
        section.context.mentions.add({ name: group, kind: 'chain', path: path2, place: entry.place });
      }
      const targets = readChain(entry, section, path2);
      if (targets !== null) chains.set(group, targets);
    }
  }
  return chains;
}

function readChain({ place, value }: LocatedEntry, section: Section<string>, path: string) {
  if (value.kind === 'list') return readTargets(value.items, section, path);
  if (value.kind === 'scalar' && typeof value.value === 'string') return readTargets([value], section, path);
  section.context.report.problem(path, place, `expected a list of models, got ${describe(value)}`);
  return null;
}

/** A target is a name, or an object whose `model` is one (LiteLLM lets it replace parts of the request). */
function readTargets(items: readonly Located[], section: Section<string>, path: string): string[] {
  const { report, mentions } = section.context;
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
    mentions.add({ name: node.source, kind: 'target', path: at, place: item.place });
    return [node.source];
  });
}
