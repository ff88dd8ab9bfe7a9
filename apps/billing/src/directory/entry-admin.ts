import { Injectable } from '@nestjs/common';
import type { Actor, DirectoryEntry, EntryKind } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { nameOf } from '../audit/actor-name.js';
import { AdminChanges, type Changes } from '../audit/admin-changes.js';
import { updateAction } from '../audit/update-action.js';
import { DirectoryRow } from '../entities/directory-entry.entity.js';
import { changeKeys, touchKeys } from '../keys/key-rows.js';
import { deleteWithAll, type Deleted } from './entry-deletion.js';
import {
  insertEntry,
  lockEntries,
  namingTheTakenEntry,
  toEntry,
  touchEntry,
  unknownEntry,
} from './entry-rows.js';
import { lockOwners } from './owners.js';

type Stamps = 'createdAt' | 'createdBy' | 'updatedAt' | 'updatedBy';
export type NewEntry = Omit<DirectoryEntry, Stamps>;

export interface EntryUpdate {
  readonly kind: EntryKind;
  readonly id: string;
  readonly patch: { readonly [Field in keyof NewEntry]?: NewEntry[Field] | undefined };
}

/** Changes organizations, teams, users and so on, as administrators do. */
@Injectable()
export class EntryAdmin {
  constructor(private readonly changes: AdminChanges) {}

  create(actor: Actor, wanted: NewEntry): Promise<DirectoryEntry> {
    return this.changes.run(actor, async (manager, changes) => {
      const organizationId = await ownersOf(manager, wanted);
      const now = Date.now();
      const by = nameOf(actor);
      const entry: DirectoryEntry = {
        ...wanted,
        organizationId: wanted.organizationId ?? organizationId,
        ...{ createdAt: now, createdBy: by, updatedAt: now, updatedBy: by },
      };
      await insertEntry(manager, entry);
      const { kind: object, id: objectId } = entry;
      changes.audit({ action: 'created', object, objectId, before: null, after: entry });
      touchEntry(changes, entry);
      return entry;
    });
  }

  update(actor: Actor, { kind, id, patch }: EntryUpdate): Promise<DirectoryEntry> {
    return this.changes.run(actor, async (manager, changes) => {
      await ownersOf(manager, patch);
      const [row] = await lockEntries(manager, kind, { condition: 'entry.id', ids: [id] });
      if (row === undefined) throw unknownEntry(kind, id);
      const before = toEntry(row);
      const fields = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const change = { ...fields, updatedAt: Date.now(), updatedBy: nameOf(actor) };
      const after: DirectoryEntry = { ...before, ...change };
      await namingTheTakenEntry(after, () => manager.update(DirectoryRow, { kind, id }, change));
      changes.audit({ action: updateAction(before, after), object: kind, objectId: id, before, after });
      touchEntry(changes, after);
      if (kind === 'team') await moveKeys(manager, changes, { before, after });
      return after;
    });
  }

  delete(actor: Actor, kind: EntryKind, ids: readonly string[]): Promise<Deleted> {
    return this.changes.run(actor, (manager, changes) =>
      deleteWithAll(manager, { changes, actor }, { kind, ids }),
    );
  }
}

function ownersOf(manager: EntityManager, entry: EntryUpdate['patch']): Promise<string | null> {
  const { organizationId = null, teamId = null, userId = null, budgetId = null } = entry;
  return lockOwners(manager, { organizationId, teamId, userId, budgetId });
}

/** A team's keys go with it to another organization, unless they belong to one of their own. */
async function moveKeys(
  manager: EntityManager,
  changes: Changes,
  { before, after }: { readonly before: DirectoryEntry; readonly after: DirectoryEntry },
): Promise<void> {
  if (before.organizationId === after.organizationId) return;
  const where = 'team_id = $1 and organization_id is not distinct from $2 and deleted_at is null';
  const moved = await changeKeys(manager, { set: 'organization_id = $3', where }, [
    ...[after.id, before.organizationId, after.organizationId],
  ]);
  await touchKeys(manager, changes, moved);
}
