import {
  GatewayError,
  NO_LIMITS,
  createEntry,
  createKey,
  deleteEntries,
  deleteKeys,
  findEntries,
  findKey,
  listEntries,
  listKeys,
  listMembers,
  removeMembers,
  resetSpend,
  rotateKey,
  seedCounters,
  setMembers,
  updateEntry,
  updateKey,
  type DirectoryEntry,
  type EntryKind,
  type KeyRecord,
  type Membership,
  type SpentEntry,
  type SpentKey,
} from '@tollgate/contracts';
import type { CounterReading } from '@tollgate/state';
import type { z } from 'zod';
import { keyRecordOf, startIngress, type FakeBus, type Harness } from '../_harness.js';
import { digestOf } from '../auth/key-digests.js';

/** What billing would keep: enough of it for routes to work on. */
class FakeBilling {
  readonly entries = new Map<string, SpentEntry>();
  readonly members: Membership[] = [];
  readonly keys = new Map<string, SpentKey>();
  /** What shared state knows, by counter, and what the ledger does. */
  readonly counters = new Map<string, CounterReading>();
  readonly ledger = new Map<string, number>();

  constructor(private readonly bus: FakeBus) {
    this.serveEntries();
    this.serveMembers();
    this.serveKeys();
    bus.reply(seedCounters, ({ counters }) => {
      for (const counter of counters)
        this.counters.set(counter, {
          counter,
          spentNanos: this.ledger.get(counter) ?? 0,
          dueNanos: 0,
          heldNanos: 0,
        });
      return { seeded: counters.length };
    });
  }

  add(kind: EntryKind, id: string, changes: Partial<SpentEntry> = {}): SpentEntry {
    const entry: SpentEntry = { ...entryOf(kind, id), ...changes };
    this.entries.set(`${kind}:${id}`, entry);
    return entry;
  }

  join(
    containerKind: Membership['containerKind'],
    containerId: string,
    userId: string,
    role: Membership['role'],
  ): void {
    this.members.push({ containerKind, containerId, userId, role, limits: NO_LIMITS });
  }

  /** A key by its text, as `headers` of its calls. */
  addKey(text: string, changes: Partial<KeyRecord> = {}): { authorization: string } {
    const key = keyRecordOf({ hash: digestOf(text).hash, ...changes });
    this.keys.set(key.hash, { key, spendNanos: 0, lastActiveAt: null, status: 'active' });
    return { authorization: `Bearer ${text}` };
  }

  /** A user with a key of its own. */
  addUser(
    id: string,
    settings: Record<string, unknown> = {},
    changes: Partial<SpentEntry> = {},
  ): { authorization: string } {
    this.add('user', id, { settings, ...changes });
    return this.addKey(`sk-of-${id}-0123456789abcdef`, { userId: id, createdBy: id, updatedBy: id });
  }

  entry(kind: EntryKind, id: string): SpentEntry | undefined {
    return this.entries.get(`${kind}:${id}`);
  }

  key(text: string): KeyRecord | undefined {
    return this.keys.get(digestOf(text).hash)?.key;
  }

  private serveEntries(): void {
    const { bus } = this;
    bus.reply(createEntry, ({ entry, actor }) => {
      if (this.entry(entry.kind, entry.id) !== undefined)
        throw new GatewayError('conflict', `${entry.kind} ${entry.id} already exists`);
      return this.add(entry.kind, entry.id, { ...entry, createdBy: actor.userId ?? '' });
    });
    bus.reply(updateEntry, ({ kind, id, patch }) => {
      const before = this.entry(kind, id);
      if (before === undefined) throw new GatewayError('not_found', `no ${kind} ${id}`);
      return this.add(kind, id, { ...before, ...(patch as Partial<SpentEntry>) });
    });
    bus.reply(deleteEntries, ({ kind, ids }) => {
      const deleted = ids.map((id) => this.entry(kind, id)).filter((entry) => entry !== undefined);
      for (const { id } of deleted) this.entries.delete(`${kind}:${id}`);
      return { deleted, deletedKeys: [] };
    });
    bus.reply(findEntries, ({ kind, ids }) => ({
      entries: ids.map((id) => this.entry(kind, id)).filter((entry) => entry !== undefined),
    }));
    bus.reply(listEntries, (query) => {
      const found = [...this.entries.values()].filter((entry) => matches(entry, query, this.members));
      const { offset = 0, limit } = query;
      return { entries: found.slice(offset, offset + limit), total: found.length };
    });
  }

  private serveMembers(): void {
    const { bus, members } = this;
    bus.reply(setMembers, ({ members: wanted }) => {
      for (const member of wanted) {
        const at = members.findIndex((known) => isSame(known, member));
        if (at >= 0) members[at] = member;
        else members.push(member);
      }
      return { members: wanted, createdUsers: [] };
    });
    bus.reply(removeMembers, ({ containerKind, containerId, userIds }) => {
      const removed = members.filter(
        (known) =>
          known.containerKind === containerKind &&
          known.containerId === containerId &&
          userIds.includes(known.userId),
      );
      for (const gone of removed) members.splice(members.indexOf(gone), 1);
      return { removed, deletedKeys: [] };
    });
    bus.reply(listMembers, ({ containerKind, containerIds, userIds }) => ({
      members: members
        .filter(
          (known) =>
            (containerKind === undefined || known.containerKind === containerKind) &&
            (containerIds === undefined || containerIds.includes(known.containerId)) &&
            (userIds === undefined || userIds.includes(known.userId)),
        )
        .map((known) => ({ ...known, spendNanos: 0 })),
    }));
  }

  private serveKeys(): void {
    const { bus, keys } = this;
    const stamps = { createdAt: 1, updatedAt: 1 };
    bus.reply(createKey, ({ key: wanted, actor }) => {
      const by = actor.userId ?? '';
      const key = { ...wanted, ...stamps, createdBy: by, updatedBy: by };
      keys.set(key.hash, { key, spendNanos: 0, lastActiveAt: null, status: 'active' });
      return key;
    });
    bus.reply(findKey, ({ hash }) => keys.get(hash) ?? null);
    bus.reply(updateKey, ({ hash, patch, actor }) => {
      const found = keys.get(hash);
      if (found === undefined) throw new GatewayError('not_found', 'no such key');
      const key = { ...found.key, ...(patch as Partial<KeyRecord>), updatedBy: actor.userId ?? '' };
      keys.set(hash, { ...found, key });
      return key;
    });
    bus.reply(rotateKey, ({ hash, newHash, newName, patch }) => {
      const found = keys.get(hash)!;
      const key = { ...found.key, ...(patch as Partial<KeyRecord>), hash: newHash, name: newName };
      keys.delete(hash);
      keys.set(newHash, { ...found, key });
      return key;
    });
    bus.reply(deleteKeys, ({ hashes, aliases }) => {
      const gone = [...keys.values()].filter(
        ({ key }) => hashes.includes(key.hash) || aliases.includes(key.alias ?? ''),
      );
      for (const { key } of gone) keys.delete(key.hash);
      return { deleted: gone.map(({ key }) => key.hash) };
    });
    bus.reply(listKeys, (query) => {
      const found = [...keys.values()].filter(({ key }) => matchesKey(key, query));
      const { offset = 0, limit } = query;
      return { keys: found.slice(offset, offset + limit), total: found.length };
    });
    bus.reply(resetSpend, ({ toNanos }) => ({ previousNanos: 5_000_000_000, spendNanos: toNanos }));
  }
}

function matchesKey(key: KeyRecord, query: z.infer<typeof listKeys.input>): boolean {
  const { hashes, alias, userIds, teamIds, createdBy, anyOwner } = query;
  const owners = [
    userIds?.includes(key.userId ?? ''),
    teamIds?.includes(key.teamId ?? ''),
    createdBy === undefined ? undefined : createdBy === key.createdBy,
  ].filter((held) => held !== undefined);
  return (
    hashes?.includes(key.hash) !== false &&
    (alias === undefined || (key.alias ?? '').includes(alias)) &&
    (owners.length === 0 || (anyOwner === true ? owners.some(Boolean) : owners.every(Boolean)))
  );
}

function matches(
  entry: SpentEntry,
  { kind, memberId, search, organizationIds, teamIds, role }: z.infer<typeof listEntries.input>,
  members: readonly Membership[],
): boolean {
  const text = JSON.stringify([entry.id, entry.alias, entry.settings['user_email']]).toLowerCase();
  return (
    entry.kind === kind &&
    (search === undefined || text.includes(search.toLowerCase())) &&
    (role === undefined || entry.settings['user_role'] === role) &&
    organizationIds?.includes(entry.organizationId ?? '') !== false &&
    teamIds?.includes(entry.teamId ?? '') !== false &&
    (memberId === undefined ||
      members.some((known) => known.containerId === entry.id && known.userId === memberId))
  );
}

const isSame = (left: Membership, right: Membership): boolean =>
  left.containerKind === right.containerKind &&
  left.containerId === right.containerId &&
  left.userId === right.userId;

const entryOf = (kind: EntryKind, id: string): SpentEntry & DirectoryEntry => ({
  ...{ kind, id, alias: null, blocked: false, models: [], organizationId: null, teamId: null, userId: null },
  ...{
    budgetId: null,
    limits: NO_LIMITS,
    metadata: {},
    settings: {},
    createdAt: 1,
    createdBy: '',
    updatedAt: 1,
  },
  ...{ updatedBy: '', spendNanos: 0, keyCount: 0 },
});

export interface AdminStage extends Harness {
  readonly billing: FakeBilling;
}

/** The ingress with a billing that remembers. */
export async function startAdmin(): Promise<AdminStage> {
  const ingress = await startIngress();
  const billing = new FakeBilling(ingress.bus);
  const counters = async (names: readonly string[]) =>
    names.map((name) => billing.counters.get(name) ?? null);
  Object.assign(ingress.state, { counters });
  return { ...ingress, billing };
}
