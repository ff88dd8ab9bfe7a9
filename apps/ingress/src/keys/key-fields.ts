import { z } from 'zod';
import { isRouteEntry } from '../auth/route-groups.js';
import {
  LIMITS,
  METADATA,
  POLICY,
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
  text,
  type FieldTable,
} from '../admin/fields/field-use.js';
import { OBJECT_PERMISSION } from '../admin/fields/object-permission.js';

const routeEntry = z
  .string()
  .refine(isRouteEntry, 'must be a path, a path that ends in *, or a group such as llm_api_routes');

/** LiteLLM's fields of a key. */
const SETTABLE: FieldTable = {
  key_alias: column('alias', name),
  models: column('models', names, []),
  user_id: column('userId', name),
  team_id: column('teamId', name),
  organization_id: column('organizationId', name),
  project_id: column('projectId', name),
  budget_id: column('budgetId', name),
  blocked: column('blocked', flag, false),
  allowed_routes: column('allowedRoutes', z.array(routeEntry).max(200, 'has too many entries'), []),
  key_type: column('type', z.enum(['default', 'llm_api', 'management', 'read_only']), 'default'),
  ...LIMITS,
  ...POLICY,
  metadata: METADATA,
  tags: LISTED,
  config: kept(object, {}),
  permissions: kept(object, {}),
  agent_id: kept(text),
  send_invite_email: kept(flag),
  ...UNENFORCED,
  guardrails: LISTED,
  object_permission: OBJECT_PERMISSION,
  tpm_limit_type: refused(['best_effort_throughput']),
  rpm_limit_type: refused(['best_effort_throughput']),
  auto_rotate: refused(),
  rotation_interval: refused(),
};

/** What answers hold; clients send it back. */
const ANSWERED = answered(
  ...['token', 'token_id', 'key_name', 'expires', 'last_active', 'created_at', 'created_by', 'updated_at'],
  ...['updated_by', 'budget_reset_at', 'litellm_budget_table', 'model_spend', 'model_max_budget_usage'],
);

/** Of every change of a key; routes add fields of their own. */
export const KEY_FIELDS: FieldTable = {
  ...SETTABLE,
  duration: own(z.string()),
  aliases: own(z.record(name, name)),
  router_settings: own(object),
  ...ANSWERED,
};

/** With what only a new key has. */
export const NEW_KEY_FIELDS: FieldTable = { ...KEY_FIELDS, key: own(z.string()), spend: refused([0]) };
