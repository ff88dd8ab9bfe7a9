import { userRole } from '@tollgate/contracts';
import { z } from 'zod';
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

/** LiteLLM's documentation has another name for the viewer. */
export const roleText = z
  .enum([...userRole.options, 'internal_user_view_only'], `must be one of ${userRole.options.join(', ')}`)
  .transform((role) => (role === 'internal_user_view_only' ? 'internal_user_viewer' : role));

export const USER: EntrySpec = {
  kind: 'user',
  of: 'users',
  idField: 'user_id',
  linksBudget: false,
  fields: {
    user_email: kept(z.email('must be an e-mail address').max(256, 'is too long')),
    user_alias: column('alias', name),
    user_role: kept(roleText),
    sso_user_id: kept(name),
    models: column('models', names, []),
    blocked: column('blocked', flag, false),
    budget_id: column('budgetId', name),
    ...LIMITS,
    metadata: METADATA,
    tags: LISTED,
    config: kept(object, {}),
    permissions: kept(object, {}),
    send_invite_email: kept(flag),
    ...UNENFORCED,
    tpm_limit_type: refused(['best_effort_throughput']),
    rpm_limit_type: refused(['best_effort_throughput']),
    user_id: own(name),
    team_id: own(name),
    teams: own(z.array(z.union([name, z.looseObject({ team_id: name })])).max(100)),
    organizations: own(z.array(name).max(100)),
    auto_create_key: own(flag),
    key_alias: own(name),
    duration: own(z.string()),
    aliases: own(object),
    ...answered(
      ...ANSWERED_BY_ALL,
      'key_count',
      'organization_memberships',
      'keys',
      'key',
      'token',
      'expires',
    ),
  },
};
