import { counterName, counterParts, scopeName, type UsageEvent } from '@tollgate/contracts';
import { queryPrepared, type Database, type PreparedStatement } from '@tollgate/database';

interface FormerKey {
  readonly hash: string;
  readonly current_hash: string;
}

/** Asked with every batch of usage. */
const CURRENT_HASHES: PreparedStatement = {
  name: 'current-hashes',
  text: 'select hash, current_hash from former_key where hash = any($1)',
};

/**
 * A key that is given a new value goes on under its new hash, and so do its counters, while calls that were open then still name those
 * of the old one. Resolves with the new name by the old.
 */
export async function rotatedCounters(
  { dataSource }: Database,
  events: readonly Pick<UsageEvent, 'keyHash' | 'counters'>[],
): Promise<ReadonlyMap<string, string>> {
  const hashes = [...new Set(events.map(({ keyHash }) => keyHash))];
  if (hashes.length === 0) return new Map();
  const rows = await queryPrepared<FormerKey>(dataSource, CURRENT_HASHES, [hashes]);
  if (rows.length === 0) return new Map();
  const current = new Map(rows.map((row) => [row.hash, row.current_hash]));
  const names = new Set(events.flatMap(({ counters = [] }) => counters));
  return new Map([...names].flatMap((name) => renamed(name, current)));
}

/** The names that counters had before their keys were given a new value, by the name that they have now. */
export async function formerCounters(
  { dataSource }: Database,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const hashes = names.flatMap((name) => {
    const scope = counterParts(name)?.scope;
    return scope?.kind === 'key' ? scope.id : [];
  });
  if (hashes.length === 0) return new Map();
  const rows = await dataSource.query<FormerKey[]>(
    'select hash, current_hash from former_key where current_hash = any($1)',
    [hashes],
  );
  const former = new Map<string, string[]>();
  for (const { hash, current_hash } of rows)
    for (const [name, before] of names.flatMap((one) => renamed(one, new Map([[current_hash, hash]]))))
      former.set(name, [...(former.get(name) ?? []), before]);
  return former;
}

/** A counter's name and that which it has by another hash of its key, where there is one. */
function renamed(name: string, hashes: ReadonlyMap<string, string>): [string, string][] {
  const parts = counterParts(name);
  const id = parts?.scope.kind === 'key' ? hashes.get(parts.scope.id) : undefined;
  if (parts === undefined || id === undefined) return [];
  const scope = scopeName({ kind: 'key', id });
  return [[name, counterName(scope, parts.window, parts.start, parts.model ?? '')]];
}
