import { counterName, counterParts, scopeName, type UsageEvent } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';

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
  const rows = await dataSource.query<{ hash: string; current_hash: string }[]>(
    'select hash, current_hash from former_key where hash = any($1)',
    [hashes],
  );
  if (rows.length === 0) return new Map();
  const current = new Map(rows.map((row) => [row.hash, row.current_hash]));
  const names = new Set(events.flatMap(({ counters = [] }) => counters));
  return new Map([...names].flatMap((name) => renamed(name, current)));
}

function renamed(name: string, current: ReadonlyMap<string, string>): [string, string][] {
  const parts = counterParts(name);
  const id = parts?.scope.kind === 'key' ? current.get(parts.scope.id) : undefined;
  if (parts === undefined || id === undefined) return [];
  const scope = scopeName({ kind: 'key', id });
  return [[name, counterName(scope, parts.window, parts.start, parts.model ?? '')]];
}
