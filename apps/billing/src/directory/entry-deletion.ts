import { GatewayError, type Actor, type DirectoryEntry, type EntryKind } from '@tollgate/contracts';
import { In, type EntityManager } from 'typeorm';
import type { Changes } from '../audit/admin-changes.js';
import { DirectoryRow } from '../entities/directory-entry.entity.js';
import { changeKeys, lockKeys, removeKeys } from '../keys/key-rows.js';
import { lockEntries, toEntry, touchEntry } from './entry-rows.js';
import { removeMemberships } from './membership-rows.js';

export interface Deleted {
  readonly deleted: DirectoryEntry[];
  readonly deletedKeys: string[];
}

interface Context {
  readonly changes: Changes;
  readonly actor: Actor;
}

interface Wanted {
  readonly kind: EntryKind;
  readonly ids: readonly string[];
}

/** The field of a key that holds the id of an entry of a kind. */
const KEY_FIELDS = { organization: 'organizationId', team: 'teamId', project: 'projectId', user: 'userId' };

/** Deletes entries and what hangs on them. */
export async function deleteWithAll(
  manager: EntityManager,
  context: Context,
  { kind, ids }: Wanted,
): Promise<Deleted> {
  const entries = await lockEntries(manager, kind, { condition: 'entry.id', ids });
  if (entries.length === 0) return { deleted: [], deletedKeys: [] };
  if (kind === 'project') await refuseProjectsWithKeys(manager, ids);
  const all = [...entries, ...(await belongingTo(manager, entries))];
  await removeMemberships(manager, context.changes, all);
  const deletedKeys = await removeKeysOf(manager, context, all);
  if (kind === 'budget') await endLinks(manager, ids);
  for (const entry of all) {
    context.changes.audit({
      ...{ action: 'deleted', object: entry.kind, objectId: entry.id, before: toEntry(entry), after: null },
    });
    touchEntry(context.changes, entry);
  }
  for (const each of new Set(all.map((entry) => entry.kind)))
    await manager.delete(DirectoryRow, { kind: each, id: In(idsOf(all, each)) });
  return { deleted: entries.map(toEntry), deletedKeys };
}

const idsOf = (entries: readonly DirectoryRow[], kind: EntryKind): string[] =>
  entries.filter((entry) => entry.kind === kind).map(({ id }) => id);

/** An organization's teams and projects, and a team's projects. */
async function belongingTo(
  manager: EntityManager,
  entries: readonly DirectoryRow[],
): Promise<DirectoryRow[]> {
  const owned: DirectoryRow[] = [];
  const add = async (kind: EntryKind, condition: string, ids: readonly string[]): Promise<void> => {
    const found = ids.length === 0 ? [] : await lockEntries(manager, kind, { condition, ids });
    owned.push(...found.filter(({ id }) => !owned.some((known) => known.kind === kind && known.id === id)));
  };
  const organizations = idsOf(entries, 'organization');
  await add('team', 'entry.organizationId', organizations);
  await add('project', 'entry.organizationId', organizations);
  await add('project', 'entry.teamId', idsOf([...entries, ...owned], 'team'));
  return owned;
}

async function removeKeysOf(
  manager: EntityManager,
  context: Context,
  entries: readonly DirectoryRow[],
): Promise<string[]> {
  const owners = Object.entries(KEY_FIELDS).flatMap(([kind, field]) => {
    const ids = idsOf(entries, kind as EntryKind);
    return ids.length === 0 ? [] : [{ kind, ids, condition: `key.${field} = any(:${kind})` }];
  });
  if (owners.length === 0) return [];
  const condition = owners.map((owner) => owner.condition).join(' or ');
  const parameters = Object.fromEntries(owners.map(({ kind, ids }) => [kind, ids]));
  return removeKeys(manager, context, await lockKeys(manager, condition, parameters));
}

/** LiteLLM's text: a key without its project would be a key without the project's limits. */
async function refuseProjectsWithKeys(manager: EntityManager, ids: readonly string[]): Promise<void> {
  const [found] = await manager.query<{ project_id: string; keys: number }[]>(
    `select project_id, count(*)::int as keys from virtual_key
     where project_id = any($1) and deleted_at is null group by project_id order by project_id limit 1`,
    [ids],
  );
  if (found === undefined) return;
  throw new GatewayError(
    'invalid_request',
    `Cannot delete project ${found.project_id}. ${found.keys} key(s) are associated with it. Please delete or reassign the keys first.`,
    { param: 'project_ids' },
  );
}

/** As in LiteLLM, those that had the tier go on without one. */
async function endLinks(manager: EntityManager, ids: readonly string[]): Promise<void> {
  await manager.query('update directory_entry set budget_id = null where budget_id = any($1)', [ids]);
  await changeKeys(manager, { set: 'budget_id = null', where: 'budget_id = any($1)' }, [ids]);
}
