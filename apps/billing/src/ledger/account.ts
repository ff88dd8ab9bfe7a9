import { createHash } from 'node:crypto';
import type { UsageEvent } from '@tollgate/contracts';
import type { ElementType } from './array-parameter.js';
import type { Entry } from './entry-columns.js';

/** What entries have in common: who called what with which deployment. A row of `ledger_account`. */
export type Account = Pick<
  UsageEvent,
  | 'keyHash'
  | 'keyAlias'
  | 'userId'
  | 'teamId'
  | 'organizationId'
  | 'projectId'
  | 'model'
  | 'group'
  | 'upstreamModel'
  | 'deploymentId'
  | 'provider'
  | 'apiBase'
  | 'serviceTier'
  | 'cacheHit'
> & { readonly id: string };

interface AccountColumn {
  readonly name: string;
  readonly field: keyof Account;
  readonly type: ElementType;
}

const text = (name: string, field: keyof Account): AccountColumn => ({ name, field, type: 'text' });

export const ACCOUNT_COLUMNS: readonly AccountColumn[] = [
  { name: 'id', field: 'id', type: 'uuid' },
  text('key_hash', 'keyHash'),
  text('key_alias', 'keyAlias'),
  text('user_id', 'userId'),
  text('team_id', 'teamId'),
  text('organization_id', 'organizationId'),
  text('project_id', 'projectId'),
  text('model', 'model'),
  text('model_group', 'group'),
  text('upstream_model', 'upstreamModel'),
  text('deployment_id', 'deploymentId'),
  text('provider', 'provider'),
  text('api_base', 'apiBase'),
  text('service_tier', 'serviceTier'),
  { name: 'cache_hit', field: 'cacheHit', type: 'boolean' },
];

const MOST_KNOWN = 10_000;

/** Ids of accounts are made from what is in them, so that no replica has to ask for one. */
export class Accounts {
  private readonly known = new Map<string, string>();
  private readonly stored = new Set<string>();
  private last: { readonly event: UsageEvent; readonly id: string } | undefined;

  idOf(event: UsageEvent): string {
    // Events of a batch often come from one busy key, one after the other.
    if (this.last !== undefined && isSameAccount(this.last.event, event)) return this.last.id;
    const content = contentOf(event);
    let id = this.known.get(content);
    if (id === undefined) {
      id = uuidOf(content);
      if (this.known.size >= MOST_KNOWN) this.known.clear();
      this.known.set(content, id);
    }
    this.last = { event, id };
    return id;
  }

  /** Of the entries' accounts those that may not be in the database yet, each once, in the order of their ids. */
  missing(entries: readonly Entry[]): Account[] {
    const missing = new Map<string, Account>();
    for (const { accountId: id, event } of entries)
      if (!this.stored.has(id) && !missing.has(id)) missing.set(id, { ...event, id });
    return [...missing.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  /** These were committed. */
  store(accounts: readonly Account[]): void {
    if (this.stored.size > MOST_KNOWN) this.stored.clear();
    for (const { id } of accounts) this.stored.add(id);
  }
}

const FIELDS = ACCOUNT_COLUMNS.flatMap(({ field }) => (field === 'id' ? [] : [field]));

const isSameAccount = (left: UsageEvent, right: UsageEvent): boolean =>
  FIELDS.every((field) => left[field] === right[field]);

const contentOf = (event: UsageEvent): string => JSON.stringify(FIELDS.map((field) => event[field]));

/** The first half of a SHA-256. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
