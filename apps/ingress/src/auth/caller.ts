import {
  GatewayError,
  type Actor,
  type KeyRecord,
  type Principal,
  type ScopeRecord,
} from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';

/** An authenticated caller. Built once a key record and shared by its calls. */
export interface Caller {
  readonly principal: Principal;
  /** As whom the audit log names this caller. */
  readonly actor: Actor;
  /** null: the master key. */
  readonly key: KeyRecord | null;
  /** The key's own scope; null: its limits are partly those of a tier, or it is the master key, which has none. */
  readonly keyScope: { readonly name: string; readonly record: ScopeRecord } | null;
  /** `metadata.tags` of the key. */
  readonly tags: readonly string[];
  /** `metadata.allowed_model_region` of the key; null: any. */
  readonly regions: readonly string[] | null;
}

/** Who made or changed something, while the master key is all that may. */
const ADMIN_USER = 'default_user_id';

export const masterCaller = (keyHash: string): Caller => ({
  principal: {
    ...{ keyHash, keyAlias: null, userId: null, teamId: null, organizationId: null, projectId: null },
    ...{ isAdmin: true, models: [] },
  },
  actor: { keyHash, userId: ADMIN_USER, role: 'proxy_admin' },
  key: null,
  keyScope: null,
  tags: [],
  regions: null,
});

export function keyCaller(key: KeyRecord): Caller {
  const { hash, alias, userId, teamId, organizationId, projectId, models, routing } = key;
  const owners = { userId, teamId, organizationId, projectId };
  const principal = { keyHash: hash, keyAlias: alias, ...owners, isAdmin: false, models };
  const regions = stringsOf([key.metadata['allowed_model_region']].flat());
  return {
    principal: { ...principal, ...(routing !== undefined && { routing }) },
    actor: { keyHash: hash, userId, role: 'internal_user' },
    key,
    keyScope: key.budgetId === null ? { name: `key:${hash}`, record: scopeOf(key) } : null,
    tags: stringsOf(key.metadata['tags']),
    regions: regions.length === 0 ? null : regions,
  };
}

const scopeOf = (key: KeyRecord): ScopeRecord => ({
  kind: 'key',
  id: key.hash,
  alias: key.alias,
  blocked: key.blocked,
  models: key.models,
  limits: key.limits,
  metadata: key.metadata,
  changedAt: key.updatedAt,
});

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** The caller of a route that asks for a key. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new GatewayError('internal', 'Internal server error');
  return request.caller;
}
