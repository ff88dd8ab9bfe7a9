import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { BUS, type Bus } from '@tollgate/bus';
import { createKey, deleteKeys, findKey, keyChanged, type KeyRecord } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { KeyStore } from './key-store.js';

type NewKey = Omit<KeyRecord, 'createdAt' | 'updatedAt'>;

/** Creates, finds and deletes virtual keys, and tells every ingress of each change. */
@Controller()
export class KeyController {
  constructor(
    private readonly keys: KeyStore,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @MessagePattern(createKey.subject)
  async create(request: NewKey): Promise<KeyRecord> {
    const now = Date.now();
    const key: KeyRecord = { ...request, createdAt: now, updatedAt: now };
    await guardDatabase(() => this.keys.create(key));
    // An ingress may remember that there was no such key.
    this.bus.publish(keyChanged, { hash: key.hash });
    return key;
  }

  @MessagePattern(findKey.subject)
  async find({ hash }: { hash: string }): Promise<{ key: KeyRecord; spendNanos: number } | null> {
    const found = await guardDatabase(() => this.keys.find(hash));
    if (found === null) return null;
    const { spendNanos, routing, ...key } = found;
    return { key: { ...key, ...(routing !== null && { routing }) }, spendNanos };
  }

  @MessagePattern(deleteKeys.subject)
  async delete(request: { hashes: string[]; aliases: string[] }): Promise<{ deleted: string[] }> {
    const deleted = await guardDatabase(() => this.keys.delete(request.hashes, request.aliases));
    for (const hash of deleted) this.bus.publish(keyChanged, { hash });
    return { deleted };
  }
}
