import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  createKey,
  deleteKeys,
  findKey,
  listKeys,
  rotateKey,
  updateKey,
  type Actor,
  type KeyPatch,
  type KeyRecord,
  type NewKey,
  type SpentKey,
} from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { KeyAdmin, type KeyRotation } from './key-admin.js';
import type { KeyPage, KeyQuery } from './key-list.js';
import { KeyStore } from './key-store.js';

/** Virtual keys: what is asked of them, and every change. */
@Controller()
export class KeyController {
  constructor(
    private readonly keys: KeyStore,
    private readonly admin: KeyAdmin,
  ) {}

  @MessagePattern(createKey.subject)
  async create({ actor, key }: { actor: Actor; key: NewKey }): Promise<KeyRecord> {
    return this.admin.create(actor, key);
  }

  @MessagePattern(updateKey.subject)
  async update({ actor, hash, patch }: { actor: Actor; hash: string; patch: KeyPatch }): Promise<KeyRecord> {
    return this.admin.update(actor, hash, patch);
  }

  @MessagePattern(rotateKey.subject)
  async rotate({ actor, ...rotation }: KeyRotation & { actor: Actor }): Promise<KeyRecord> {
    return this.admin.rotate(actor, rotation);
  }

  @MessagePattern(findKey.subject)
  async find({ hash, deleted }: { hash: string; deleted?: boolean }): Promise<SpentKey | null> {
    return guardDatabase(() => this.keys.find(hash, deleted));
  }

  @MessagePattern(listKeys.subject)
  async list(query: KeyQuery): Promise<KeyPage> {
    return guardDatabase(() => this.keys.list(query));
  }

  @MessagePattern(deleteKeys.subject)
  async delete(request: {
    actor: Actor;
    hashes: string[];
    aliases: string[];
  }): Promise<{ deleted: string[] }> {
    return { deleted: await this.admin.delete(request.actor, request.hashes, request.aliases) };
  }
}
