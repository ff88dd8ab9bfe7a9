import { dirname, resolve } from 'node:path';
import { ConfigError } from './config-error.js';
import type { ConfigSource } from './config-source.js';
import { describe, type Located, type LocatedEntry, type LocatedMap } from './located.js';
import type { Report } from './report.js';
import { parseYaml } from './yaml-tree.js';

const MAX_FILES = 100;

/** The file with all that it includes: lists are joined, mappings merged, and what is included wins, as in LiteLLM. */
export function readTree(source: ConfigSource, report: Report): LocatedMap {
  const seen = new Set<string>([resolve(source.file)]);
  const load = (text: string, file: string): LocatedMap => {
    const own = parseYaml(text, file, report);
    const names = includedNames(own, report);
    const parts = names.map(({ name, entry }) => {
      const path = resolve(dirname(file), name);
      if (seen.has(path))
        throw new ConfigError([`${file} (line ${entry.place.line}): ${name} is included twice`]);
      if (seen.size >= MAX_FILES)
        throw new ConfigError([`${file}: more than ${MAX_FILES} files are included`]);
      seen.add(path);
      return load(readIncluded(source, path, { file, line: entry.place.line }), path);
    });
    return parts.reduce(merge, own);
  };
  return load(source.text, source.file);
}

function includedNames(root: LocatedMap, report: Report): { name: string; entry: LocatedEntry }[] {
  const entry = root.entries.get('include');
  if (entry === undefined) return [];
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  return items.flatMap((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string') return [{ name: item.value, entry }];
    report.problem('include', entry.place, `expected a list of file names, got ${describe(item)}`);
    return [];
  });
}

function readIncluded(source: ConfigSource, path: string, from: { file: string; line: number }): string {
  const where = `${from.file} (line ${from.line})`;
  if (source.read === undefined) throw new ConfigError([`${where}: include is not possible here`]);
  try {
    return source.read(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError([`${where}: cannot read ${path}: ${reason}`]);
  }
}

function merge(left: LocatedMap, right: LocatedMap): LocatedMap {
  const entries = new Map(left.entries);
  for (const [key, entry] of right.entries) {
    const known = entries.get(key);
    if (key === 'include' && known) continue;
    entries.set(key, known ? { place: known.place, value: mergeValue(known.value, entry.value) } : entry);
  }
  return { ...left, entries };
}

function mergeValue(left: Located, right: Located): Located {
  if (left.kind === 'list' && right.kind === 'list')
    return { ...left, items: [...left.items, ...right.items] };
  return left.kind === 'map' && right.kind === 'map' ? merge(left, right) : right;
}
