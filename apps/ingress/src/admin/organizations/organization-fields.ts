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
  name,
  names,
  own,
  text,
  kept,
} from '../fields/field-use.js';

export const ORGANIZATION: EntrySpec = {
  kind: 'organization',
  of: 'organizations',
  idField: 'organization_id',
  linksBudget: true,
  fields: {
    organization_alias: column('alias', name),
    models: column('models', names, []),
    blocked: column('blocked', flag, false),
    budget_id: column('budgetId', name),
    ...LIMITS,
    metadata: METADATA,
    tags: LISTED,
    description: kept(text),
    ...UNENFORCED,
    organization_id: own(name),
    ...answered(...ANSWERED_BY_ALL, 'members', 'teams', 'users'),
  },
};

const role = z
  .enum(['org_admin', 'internal_user', 'internal_user_viewer', 'internal_user_view_only', 'user', 'admin'])
  .transform((given) => ROLES[given])
  .default('internal_user');

/** LiteLLM's, and what its users write for them. */
const ROLES = {
  org_admin: 'org_admin',
  admin: 'org_admin',
  internal_user: 'internal_user',
  user: 'internal_user',
  internal_user_viewer: 'internal_user_viewer',
  internal_user_view_only: 'internal_user_viewer',
} as const;

export const organizationRole = role;
