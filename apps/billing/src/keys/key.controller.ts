import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { BUS, type Bus } from '@tollgate/bus';
import {
  createKey,
  deleteKeys,
  findKey,
  keyChanged,
  type Actor,
  type KeyRecord,
  type NewKey,
  type SpentKey,
} from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { KeyStore } from './key-store.js';

/** Creates, finds and deletes virtual keys, and tells every ingress of each change. */
@Controller()
export class KeyController {
  constructor(
    private readonly keys: KeyStore,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @MessagePattern(createKey.subject)
  async create({ actor, key: wanted }: { actor: Actor; key: NewKey }): Promise<KeyRecord> {
    const now = Date.now();
    const by = nameOf(actor);
    const key: KeyRecord = { ...wanted, createdAt: now, createdBy: by, updatedAt: now, updatedBy: by };
    await guardDatabase(() => this.keys.create(key));
    // An ingress may remember that there was no such key.
    this.bus.publish(keyChanged, { hash: key.hash });
    return key;
  }

  @MessagePattern(findKey.subject)
  async find({ hash }: { hash: string }): Promise<SpentKey | null> {
    const found = await guardDatabase(() => this.keys.find(hash));
    if (found === null) return null;
    const { spendNanos, routing, ...key } = found;
    return {
      key: { ...key, ...(routing !== null && { routing }) },
      spendNanos,
      lastActiveAt: null,
      status: 'active',
    };
  }

  @MessagePattern(deleteKeys.subject)
  async delete(request: {
    actor: Actor;
    hashes: string[];
    aliases: string[];
  }): Promise<{ deleted: string[] }> {
    const deleted = await guardDatabase(() => this.keys.delete(request.hashes, request.aliases));
    for (const hash of deleted) this.bus.publish(keyChanged, { hash });
    return { deleted };
  }
}

/** Who made or changed something; without a user it is the master key's. */
const nameOf = (actor: Actor): string => actor.userId ?? 'default_user_id';
