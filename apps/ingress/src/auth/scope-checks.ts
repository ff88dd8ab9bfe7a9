import { GatewayError, type ScopeKind, type ScopeRecord } from '@tollgate/contracts';
import type { ModelAccess } from './model-access.js';

/** Whose models a call is held to besides its key's. */
const HELD_TO: ReadonlyMap<ScopeKind, string> = new Map([
  ['team', 'team'],
  ['member', 'team member'],
  ['user', 'user'],
  ['project', 'project'],
  ['organization', 'organization'],
  ['end_user', 'end user'],
  ['tag', 'tag'],
]);

/** Throws when a scope of a call is blocked. */
export function checkBlocked(records: readonly ScopeRecord[]): void {
  const blocked = records.find((record) => record.blocked);
  if (blocked !== undefined) throw blockedScope(blocked);
}

/** Throws when a scope of a call is blocked, or may not call the model. */
export function checkScopes(records: readonly ScopeRecord[], model: string, access: ModelAccess): void {
  for (const record of records) {
    if (record.blocked) throw blockedScope(record);
    const word = HELD_TO.get(record.kind);
    if (word !== undefined && !access.allows(record.models, model)) throw modelDenied(record, word, model);
  }
}

// Statuses and texts are LiteLLM's: clients match on them.

const BLOCKED: Readonly<Partial<Record<ScopeKind, string>>> = {
  team: 'Team',
  user: 'User',
  organization: 'Organization',
  project: 'Project',
  tag: 'Tag',
};

function blockedScope({ kind, id }: ScopeRecord): GatewayError {
  if (kind === 'end_user')
    return new GatewayError('blocked', `User blocked from making LLM API Calls. User=${id}`, { status: 400 });
  if (kind === 'key') return blockedKey();
  return new GatewayError('blocked', `Authentication Error, ${BLOCKED[kind] ?? kind}=${id} is blocked.`);
}

export const blockedKey = (): GatewayError =>
  new GatewayError(
    'blocked',
    "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.",
  );

function modelDenied({ models }: ScopeRecord, word: string, model: string): GatewayError {
  const shown = models.map((name) => `'${name}'`).join(', ');
  return new GatewayError(
    'model_access_denied',
    `The requested model '${model}' is not available for this ${word}, or the model name is invalid. ` +
      `(${word} not allowed to access model. This ${word} can only access models=[${shown}]. Tried to access ${model})`,
    { param: 'model' },
  );
}
