import type { Bus } from '@tollgate/bus';
import { findEntries, listKeys } from '@tollgate/contracts';

const AT_ONCE = 100;

export interface KeyNames {
  readonly alias: string | null;
  readonly name: string;
  readonly teamId: string | null;
}

/** What keys are called, deleted ones too; a key that is forgotten is missing. */
export async function keyNames(
  bus: Pick<Bus, 'request'>,
  hashes: Iterable<string>,
): Promise<ReadonlyMap<string, KeyNames>> {
  const names = new Map<string, KeyNames>();
  for (const some of inParts([...new Set(hashes)]))
    for (const status of ['active', 'deleted'] as const) {
      const missing = some.filter((hash) => !names.has(hash));
      if (missing.length === 0) continue;
      const { keys } = await bus.request(listKeys, { hashes: missing, status, limit: AT_ONCE });
      for (const { key } of keys)
        names.set(key.hash, { alias: key.alias, name: key.name, teamId: key.teamId });
    }
  return names;
}

/** What teams are called; by their id where they have no alias. */
export async function teamAliases(
  bus: Pick<Bus, 'request'>,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const aliases = new Map<string, string>();
  for (const some of inParts([...new Set(ids)])) {
    const { entries } = await bus.request(findEntries, { kind: 'team', ids: some });
    for (const { id, alias } of entries) aliases.set(id, alias ?? id);
  }
  return aliases;
}

function* inParts(values: readonly string[]): Generator<string[]> {
  for (let first = 0; first < values.length; first += AT_ONCE) yield values.slice(first, first + AT_ONCE);
}
