import { GatewayError, type DirectoryEntry, type EntryKind } from '@tollgate/contracts';
import { violatedConstraint } from '@tollgate/database';
import type { EntityManager } from 'typeorm';
import type { Changes } from '../audit/admin-changes.js';
import { DirectoryRow } from '../entities/directory-entry.entity.js';

interface Texts {
  /** What LiteLLM calls its id in requests. */
  readonly param: string;
  readonly unknown: (id: string) => string;
  readonly taken: (id: string) => string;
  /** Of the answer to an id that is taken. */
  readonly status: 400 | 409;
}

/** In LiteLLM's words, where it has them. */
const ENTRY_TEXTS: Readonly<Record<EntryKind, Texts>> = {
  organization: {
    param: 'organization_id',
    unknown: (id) => `Organization not found for organization_id=${id}`,
    taken: (id) => `Organization id = ${id} already exists. Please use a different organization id.`,
    status: 409,
  },
  project: {
    param: 'project_id',
    unknown: (id) => `Project not found, project_id=${id}`,
    taken: (id) => `Project id = ${id} already exists. Please use a different project id.`,
    status: 400,
  },
  team: {
    param: 'team_id',
    unknown: (id) => `Team not found, passed team id: ${id}.`,
    taken: (id) => `Team id = ${id} already exists. Please use a different team id.`,
    status: 400,
  },
  user: {
    param: 'user_id',
    unknown: (id) => `User ${id} not found`,
    taken: (id) => `User with id ${id} already exists`,
    status: 409,
  },
  end_user: {
    param: 'user_id',
    unknown: (id) => `End User Id=${id} does not exist in db`,
    taken: (id) => `Customer already exists, passed user_id=${id}. Please pass a new user_id.`,
    status: 400,
  },
  tag: {
    param: 'name',
    unknown: (id) => `Tag ${id} not found`,
    taken: (id) => `Tag ${id} already exists`,
    status: 400,
  },
  budget: {
    param: 'budget_id',
    unknown: (id) => `Budget not found, budget_id=${id}`,
    taken: (id) => `Budget id = ${id} already exists. Please use a different budget id.`,
    status: 400,
  },
  access_group: {
    param: 'access_group',
    unknown: (id) => `Access group '${id}' not found`,
    taken: (id) => `Access group '${id}' already exists`,
    status: 409,
  },
};

export const unknownEntry = (kind: EntryKind, id: string): GatewayError =>
  new GatewayError('not_found', ENTRY_TEXTS[kind].unknown(id), { param: ENTRY_TEXTS[kind].param });

/** Does work that may run into the id or e-mail address of another entry, and says so. */
export async function namingTheTakenEntry(
  entry: Pick<DirectoryEntry, 'kind' | 'id' | 'settings'>,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const constraint = violatedConstraint(cause);
    const { param, taken, status } = ENTRY_TEXTS[entry.kind];
    if (constraint === 'directory_entry_pkey')
      throw new GatewayError('conflict', taken(entry.id), { param, status, cause });
    if (constraint !== 'directory_entry_email') throw cause;
    const email = String(entry.settings['user_email']);
    throw new GatewayError('conflict', `User with email ${email} already exists`, {
      param: 'user_email',
      cause,
    });
  }
}

/** A row's fields, in an object of their own. */
export const toEntry = (row: DirectoryRow): DirectoryEntry => Object.assign({}, row);

export async function insertEntry(manager: EntityManager, entry: DirectoryEntry): Promise<void> {
  const { memberLimits = null, metadata, settings } = entry;
  const row = { ...entry, memberLimits, metadata: metadata as object, settings: settings as object };
  await namingTheTakenEntry(entry, () => manager.insert(DirectoryRow, row));
}

/** The entries of a kind for which a condition on `entry` holds, locked in the order of their ids. */
export const lockEntries = (
  manager: EntityManager,
  kind: EntryKind,
  { condition, ids }: { readonly condition: string; readonly ids: readonly string[] },
): Promise<DirectoryRow[]> =>
  manager
    .createQueryBuilder(DirectoryRow, 'entry')
    .where(`entry.kind = :kind and ${condition} = any(:ids)`, { kind, ids })
    .orderBy('entry.id')
    .setLock('pessimistic_write')
    .getMany();

/** Notes that ingress must forget what it knows of an entry; of tiers and access groups, what it knows of everything. */
export function touchEntry(changes: Changes, { kind, id }: Pick<DirectoryEntry, 'kind' | 'id'>): void {
  if (kind === 'budget' || kind === 'access_group') changes.allScopes = true;
  else changes.touchScope({ kind, id });
}
