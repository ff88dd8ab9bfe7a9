import { GatewayError, type EntryKind } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';

/** Fields of entries and keys that hold another entry's id. */
export interface Owners {
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly teamId: string | null;
  readonly userId: string | null;
  readonly budgetId: string | null;
}

interface OwnerRow {
  readonly kind: EntryKind;
  readonly id: string;
  readonly organization_id: string | null;
}

interface Owner {
  readonly kind: EntryKind;
  readonly param: string;
  readonly text: (id: string) => string;
}

/** In LiteLLM's words, where it has them. */
const OWNERS: Readonly<Record<keyof Owners, Owner>> = {
  organizationId: {
    kind: 'organization',
    param: 'organization_id',
    text: (id) => `Organization not found for organization_id=${id}`,
  },
  projectId: { kind: 'project', param: 'project_id', text: (id) => `Project not found, project_id=${id}` },
  teamId: {
    kind: 'team',
    param: 'team_id',
    text: (id) => `Team doesn't exist in db. Team=${id}. Create team via \`/team/new\` call.`,
  },
  userId: { kind: 'user', param: 'user_id', text: (id) => `User ${id} not found` },
  budgetId: { kind: 'budget', param: 'budget_id', text: (id) => `Budget not found, budget_id=${id}` },
};

// The order is that of deletions, which go from a team to its projects: nobody waits for one who waits.
const LOCK = `
  select kind, id, organization_id from directory_entry
  where (kind, id) in (select * from unnest($1::text[], $2::text[]))
  order by kind = 'project', kind, id for key share`;

/**
 * Keeps the owners from being deleted until the transaction ends. Throws `not_found` naming the param of one that does not exist.
 * Returns the organization that a team, or else a project, among them belongs to.
 */
export async function lockOwners(manager: EntityManager, owners: Partial<Owners>): Promise<string | null> {
  const wanted = Object.entries(owners).flatMap(([field, id]) =>
    id === null ? [] : [{ ...OWNERS[field as keyof Owners], id }],
  );
  if (wanted.length === 0) return null;
  const columns = [wanted.map(({ kind }) => kind), wanted.map(({ id }) => id)];
  const rows = await manager.query<OwnerRow[]>(LOCK, columns);
  const find = (kind: EntryKind): OwnerRow | undefined => rows.find((row) => row.kind === kind);
  for (const { kind, id, param, text } of wanted)
    if (find(kind) === undefined) throw new GatewayError('not_found', text(id), { param });
  return find('team')?.organization_id ?? find('project')?.organization_id ?? null;
}
