import { z } from 'zod';
import { MEMBER_PERMISSIONS } from '../../keys/key-rights.js';
import { expiryOf } from '../../keys/key-duration.js';
import { ANSWERED_BY_ALL, type EntrySpec } from '../entries/entry-spec.js';
import {
  LIMITS,
  METADATA,
  LISTED,
  UNENFORCED,
  answered,
  column,
  flag,
  kept,
  name,
  names,
  object,
  own,
  refused,
} from '../fields/field-use.js';
import { OBJECT_PERMISSION } from '../fields/object-permission.js';

const permissions = z.array(
  z.enum(MEMBER_PERMISSIONS as [string, ...string[]], `must be one of ${MEMBER_PERMISSIONS.join(', ')}`),
);
const duration = z.string().refine((text) => isDuration(text), 'must be like "30d" or "1mo"');

const role = z.enum(['admin', 'user'], 'must be admin or user').default('user');
/** A member as a request names it. */
export const wantedMember = z
  .strictObject({ role, user_id: name.nullish(), user_email: name.nullish() })
  .refine(
    ({ user_id: id, user_email: email }) => (id ?? email ?? null) !== null,
    'needs a user_id or a user_email',
  );
export type WantedMember = z.infer<typeof wantedMember>;

export const TEAM: EntrySpec = {
  kind: 'team',
  of: 'teams',
  idField: 'team_id',
  linksBudget: false,
  fields: {
    team_alias: column('alias', name),
    organization_id: column('organizationId', name),
    models: column('models', names, []),
    blocked: column('blocked', flag, false),
    budget_id: column('budgetId', name),
    ...LIMITS,
    team_member_budget: { use: 'memberLimit', as: 'max_budget' },
    team_member_budget_duration: { use: 'memberLimit', as: 'budget_duration' },
    team_member_rpm_limit: { use: 'memberLimit', as: 'rpm_limit' },
    team_member_tpm_limit: { use: 'memberLimit', as: 'tpm_limit' },
    team_member_key_duration: kept(duration),
    team_member_permissions: kept(permissions, []),
    metadata: METADATA,
    tags: LISTED,
    model_aliases: kept(object, {}),
    router_settings: kept(object),
    secret_manager_settings: kept(object),
    allow_team_guardrail_config: kept(flag),
    ...UNENFORCED,
    guardrails: LISTED,
    object_permission: OBJECT_PERMISSION,
    tpm_limit_type: refused(['best_effort_throughput']),
    rpm_limit_type: refused(['best_effort_throughput']),
    team_id: own(name),
    admins: own(z.array(name)),
    members: own(z.array(name)),
    members_with_roles: own(z.array(wantedMember).max(1_000)),
    ...answered(
      ...ANSWERED_BY_ALL,
      'litellm_model_table',
      'model_id',
      'team_memberships',
      'keys',
      'total_keys',
    ),
  },
};

function isDuration(text: string): boolean {
  try {
    expiryOf(text, 0);
    return true;
  } catch {
    return false;
  }
}
