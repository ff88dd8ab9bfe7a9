import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  createEntry,
  deleteEntries,
  findEntries,
  listEntries,
  updateEntry,
  type Actor,
  type DirectoryEntry,
  type EntryKind,
  type SpentEntry,
} from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { DirectoryStore, type EntryPage } from './directory-store.js';
import { EntryAdmin, type EntryUpdate, type NewEntry } from './entry-admin.js';
import type { Deleted } from './entry-deletion.js';
import type { EntryQuery } from './entry-list.js';

/** Organizations, projects, teams, users, end users, tags, tiers and access groups. */
@Controller()
export class DirectoryController {
  constructor(
    private readonly store: DirectoryStore,
    private readonly admin: EntryAdmin,
  ) {}

  @MessagePattern(createEntry.subject)
  async create({ actor, entry }: { actor: Actor; entry: NewEntry }): Promise<DirectoryEntry> {
    return this.admin.create(actor, entry);
  }

  @MessagePattern(updateEntry.subject)
  async update({ actor, ...update }: EntryUpdate & { actor: Actor }): Promise<DirectoryEntry> {
    return this.admin.update(actor, update);
  }

  @MessagePattern(deleteEntries.subject)
  async delete({ actor, kind, ids }: { actor: Actor; kind: EntryKind; ids: string[] }): Promise<Deleted> {
    return this.admin.delete(actor, kind, ids);
  }

  @MessagePattern(findEntries.subject)
  async find({ kind, ids }: { kind: EntryKind; ids: string[] }): Promise<{ entries: SpentEntry[] }> {
    return { entries: await guardDatabase(() => this.store.find(kind, ids)) };
  }

  @MessagePattern(listEntries.subject)
  async list(query: EntryQuery): Promise<EntryPage> {
    return guardDatabase(() => this.store.list(query));
  }
}
