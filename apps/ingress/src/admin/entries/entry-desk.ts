import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import {
  NO_LIMITS,
  createEntry,
  deleteEntries,
  listEntries,
  resetSpend,
  updateEntry,
  type Actor,
  type DirectoryEntry,
  type EntryKind,
  type ScopeKind,
  type SpentEntry,
} from '@tollgate/contracts';
import type { z } from 'zod';
import { Directory } from '../directory.js';
import { invalidField } from '../fields/field-errors.js';
import type { RecordPatch } from '../fields/field-use.js';
import { readRecord, type ReadRecord } from '../fields/read-record.js';
import { momentOf } from '../moment.js';
import { BudgetReadings } from '../spend/budget-readings.js';
import { readPage } from '../paging.js';
import { entryRow, type EntrySpec } from './entry-spec.js';

type Body = Readonly<Record<string, unknown>>;
export type EntryFilter = Omit<z.infer<typeof listEntries.input>, 'kind' | 'offset' | 'limit'>;

const MAX_ID_LENGTH = 256;

/** Makes, changes, finds and deletes what the directory holds, for any of its kinds. Who may is the routes' to say. */
@Injectable()
export class EntryDesk {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly directory: Directory,
    private readonly readings: BudgetReadings,
    private readonly live: LiveConfig,
  ) {}

  /** What a body asks of a new entry. */
  readNew = (spec: EntrySpec, body: Body): ReadRecord => readRecord(body, spec);

  /** What a body changes. */
  readChange = (spec: EntrySpec, body: Body, current: SpentEntry): ReadRecord =>
    readRecord(body, spec, current);

  /** @param id a new one when there is none. */
  async create(actor: Actor, kind: EntryKind, id: unknown, patch: RecordPatch): Promise<SpentEntry> {
    const entry = newEntry(kind, id ?? randomUUID(), patch);
    return { ...(await this.bus.request(createEntry, { actor, entry })), spendNanos: 0, keyCount: 0 };
  }

  /** An empty change asks nothing. */
  async change(actor: Actor, entry: SpentEntry, patch: RecordPatch): Promise<SpentEntry> {
    if (Object.keys(patch).length === 0) return entry;
    const { kind, id, spendNanos, keyCount } = entry;
    const changed = await this.bus.request(updateEntry, { actor, kind, id, patch: columnsOf(patch) });
    return { ...changed, spendNanos, keyCount };
  }

  delete(actor: Actor, kind: EntryKind, ids: readonly string[]) {
    return this.bus.request(deleteEntries, { actor, kind, ids: [...ids] });
  }

  /** Sets what it is seen to have spent, in nano-dollars. */
  resetSpend(actor: Actor, { kind, id }: { readonly kind: ScopeKind; readonly id: string }, toNanos: number) {
    return this.bus.request(resetSpend, { actor, scope: { kind, id }, toNanos });
  }

  list(
    kind: EntryKind,
    filter: EntryFilter,
    page: { readonly page: number; readonly size: number },
  ): Promise<{ items: SpentEntry[]; total: number }> {
    return readPage(page, async (part) => {
      const { entries, total } = await this.bus.request(listEntries, { kind, ...filter, ...part });
      return { items: entries, total };
    });
  }

  /** Entries in LiteLLM's fields, with their tiers. */
  async rows(spec: EntrySpec, entries: readonly SpentEntry[]): Promise<Record<string, unknown>[]> {
    const tiers = await this.directory.findAll(
      'budget',
      entries.map(({ budgetId }) => budgetId),
    );
    const tierOf = ({ budgetId }: SpentEntry): SpentEntry | undefined => tiers.get(budgetId ?? '');
    const spent = await this.spent(entries, tierOf);
    const moment = momentOf(this.live);
    return entries.map((entry, index) => {
      const spendNanos = spent[index] ?? entry.spendNanos;
      return entryRow(spec, { ...entry, spendNanos }, tierOf(entry), moment);
    });
  }

  private spent(
    entries: readonly SpentEntry[],
    tierOf: (entry: SpentEntry) => SpentEntry | undefined,
  ): Promise<number[]> {
    return this.readings.spent(
      entries.map((entry) => {
        const { kind, id, limits, spendNanos: totalNanos } = entry;
        const tier = tierOf(entry)?.limits;
        const isScope = kind !== 'budget' && kind !== 'access_group';
        const own = limits.budgets.length > 0 ? limits : (tier ?? limits);
        return {
          scope: { kind: isScope ? kind : 'gateway', id },
          limits: isScope ? own : NO_LIMITS,
          totalNanos,
        };
      }),
    );
  }

  async row(spec: EntrySpec, entry: SpentEntry): Promise<Record<string, unknown>> {
    const [row] = await this.rows(spec, [entry]);
    return row ?? {};
  }
}

const NEW_ENTRY: Omit<DirectoryEntry, 'kind' | 'id' | 'createdAt' | 'createdBy' | 'updatedAt' | 'updatedBy'> =
  {
    ...{
      alias: null,
      blocked: false,
      models: [],
      organizationId: null,
      teamId: null,
      userId: null,
      budgetId: null,
    },
    ...{ limits: NO_LIMITS, metadata: {}, settings: {} },
  };

/** Throws `invalid_request` for what cannot be an id. */
export const newEntry = (kind: EntryKind, id: unknown, patch: RecordPatch) => ({
  ...NEW_ENTRY,
  ...columnsOf(patch),
  kind,
  id: idOf(id),
});

/** What entries have of all that records have. */
function columnsOf(patch: RecordPatch) {
  const { projectId: _project, policy: _policy, routing: _routing, ...fields } = patch;
  const { allowedRoutes: _routes, type: _type, expiresAt: _end, ...columns } = fields;
  return columns;
}

/** Ids are in URLs, counters and headers. */
function idOf(id: unknown): string {
  if (typeof id === 'string' && id.length > 0 && id.length <= MAX_ID_LENGTH && !/\p{Cc}/u.test(id)) return id;
  throw invalidField('id', `must be a text of 1 to ${MAX_ID_LENGTH} printable characters`);
}
