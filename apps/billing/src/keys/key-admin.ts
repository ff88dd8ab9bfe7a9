import { Injectable } from '@nestjs/common';
import { GatewayError, type Actor, type KeyPatch, type KeyRecord, type NewKey } from '@tollgate/contracts';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { nameOf } from '../audit/actor-name.js';
import { AdminChanges } from '../audit/admin-changes.js';
import { updateAction } from '../audit/update-action.js';
import { lockOwners } from '../directory/owners.js';
import { VirtualKey } from '../entities/virtual-key.entity.js';
import {
  insertKey,
  lockKeys,
  namingTheTaken,
  refuseFormerHash,
  removeKeys,
  toKeyRecord,
  touchKeys,
} from './key-rows.js';

export interface KeyRotation {
  readonly hash: string;
  readonly newHash: string;
  readonly newName: string;
  readonly graceUntil: number | null;
  readonly patch: KeyPatch;
}

/** Changes virtual keys, as administrators do. */
@Injectable()
export class KeyAdmin {
  constructor(private readonly changes: AdminChanges) {}

  create(actor: Actor, wanted: NewKey): Promise<KeyRecord> {
    return this.changes.run(actor, async (manager, changes) => {
      const organizationId = await ownersOf(manager, wanted);
      const now = Date.now();
      const by = nameOf(actor);
      const stamps = { createdAt: now, createdBy: by, updatedAt: now, updatedBy: by };
      const key: KeyRecord = {
        ...wanted,
        organizationId: wanted.organizationId ?? organizationId,
        ...stamps,
      };
      await insertKey(manager, key);
      changes.audit({ action: 'created', object: 'key', objectId: key.hash, before: null, after: key });
      // An ingress may remember that there was no such key.
      await touchKeys(manager, changes, [key.hash]);
      return key;
    });
  }

  update(actor: Actor, hash: string, patch: KeyPatch): Promise<KeyRecord> {
    return this.changes.run(actor, async (manager, changes) => {
      const patched = await this.patched(manager, { actor, hash, patch });
      const action = updateAction(patched.before, patched.after);
      changes.audit({ action, object: 'key', objectId: hash, ...patched });
      await touchKeys(manager, changes, [hash]);
      return patched.after;
    });
  }

  rotate(actor: Actor, { hash, newHash, newName, graceUntil, patch }: KeyRotation): Promise<KeyRecord> {
    return this.changes.run(actor, async (manager, changes) => {
      const { before, after: patched } = await this.patched(manager, { actor, hash, patch });
      const after = { ...patched, hash: newHash, name: newName };
      await refuseFormerHash(manager, newHash);
      await namingTheTaken(after.alias, () =>
        manager.update(VirtualKey, { hash }, { hash: newHash, name: newName }),
      );
      await manager.query('insert into former_key (hash, current_hash, grace_until) values ($1, $2, $3)', [
        ...[hash, newHash, graceUntil],
      ]);
      changes.audit({ action: 'rotated', object: 'key', objectId: newHash, before, after });
      await touchKeys(manager, changes, [hash, newHash]);
      return after;
    });
  }

  /** Returns the hashes of the keys that there were. */
  delete(actor: Actor, hashes: readonly string[], aliases: readonly string[]): Promise<string[]> {
    return this.changes.run(actor, async (manager, changes) => {
      const condition = 'key.hash = any(:hashes) or key.alias = any(:aliases)';
      const keys = await lockKeys(manager, condition, { hashes, aliases });
      return removeKeys(manager, { changes, actor }, keys);
    });
  }

  private async patched(
    manager: EntityManager,
    { actor, hash, patch }: { actor: Actor; hash: string; patch: KeyPatch },
  ): Promise<{ before: KeyRecord; after: KeyRecord }> {
    const organizationId = await ownersOf(manager, patch);
    const [row] = await lockKeys(manager, 'key.hash = :hash', { hash });
    if (row === undefined)
      throw new GatewayError('not_found', `Key not found in database, key=${hash}`, { param: 'key' });
    const fields = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const inherits = patch.organizationId === undefined && (patch.teamId ?? patch.projectId) != null;
    const stamps = { updatedAt: Date.now(), updatedBy: nameOf(actor) };
    const change: Partial<VirtualKey> = { ...fields, ...(inherits && { organizationId }), ...stamps };
    const before = toKeyRecord(row);
    const after = toKeyRecord(Object.assign(row, change));
    await namingTheTaken(after.alias, () =>
      manager.update(VirtualKey, { hash }, change as QueryDeepPartialEntity<VirtualKey>),
    );
    return { before, after };
  }
}

/** A key's user need not exist: LiteLLM's clients give keys to users that it has never heard of. */
function ownersOf(manager: EntityManager, key: NewKey | KeyPatch): Promise<string | null> {
  const { organizationId = null, projectId = null, teamId = null, budgetId = null } = key;
  return lockOwners(manager, { organizationId, projectId, teamId, budgetId });
}
