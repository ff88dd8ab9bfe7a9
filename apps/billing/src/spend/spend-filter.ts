import type { SpendQuery } from '@tollgate/contracts';
import { Conditions } from './conditions.js';

export type SpendFilter = Omit<SpendQuery, 'limit' | 'cursor' | 'offset' | 'sortBy' | 'descending'>;

/** What a call is known by: its own id, or the provider's of its answer. A call's attempts are `{call id}:{n}`, and `;` comes after `:`. */
const OF_REQUEST = `(entry.response_id = ? or (entry.id > ? || ':' and entry.id < ? || ';')
  or entry.call_id = ?)`;

/** What was spent under a key's former hash was spent by the key. */
export const OF_KEYS = `(key_hash = any (?::text[]) or key_hash in
  (select hash from former_key where current_hash = any (?::text[])))`;

type Texts = { readonly [Name in keyof SpendFilter]?: string };

const OF_ENTRY: Texts = {
  requestId: OF_REQUEST,
  endUser: 'entry.end_user = ?',
  tag: '?::text = any (entry.tags)',
  errorCode: 'entry.error_code = ?',
  minNanos: 'coalesce(entry.cost_nanos, 0) >= ?::bigint',
  maxNanos: 'coalesce(entry.cost_nanos, 0) <= ?::bigint',
  from: 'entry.called_at >= ?::bigint',
  to: 'entry.called_at < ?::bigint',
};

/** Conditions on accounts: their rows are found by an index. */
const OF_ACCOUNT: Texts = {
  keyHash: OF_KEYS,
  keyAlias: 'key_alias = ?',
  userId: 'user_id = ?',
  teamIds: 'team_id = any (?::text[])',
  organizationId: 'organization_id = ?',
  model: '? in (model, model_group, upstream_model)',
  deploymentId: 'deployment_id = ?',
  provider: 'provider = ?',
};

export function conditionsOf(filter: SpendFilter): Conditions {
  const conditions = new Conditions();
  const { status, ...named } = {
    ...filter,
    ...(filter.keyHash !== undefined && { keyHash: [filter.keyHash] }),
  };
  for (const [name, value] of Object.entries(named)) {
    if (value === undefined) continue;
    const parameter = typeof value === 'number' ? Math.ceil(value) : value;
    const [ofEntry, ofAccount] = [OF_ENTRY[name as keyof Texts], OF_ACCOUNT[name as keyof Texts]];
    if (ofEntry !== undefined) conditions.where(ofEntry, parameter);
    if (ofAccount !== undefined) conditions.whereAccount(ofAccount, parameter);
  }
  if (status !== undefined) conditions.where(`(entry.status = 'failed') = ?::boolean`, status === 'failure');
  return conditions;
}
