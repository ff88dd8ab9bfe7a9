import { isDeepStrictEqual } from 'node:util';
import { GatewayError, objectPermission } from '@tollgate/contracts';
import type { Authority } from '../../auth/authority.js';
import { isNothing, kept, type RecordPatch } from './field-use.js';

/** LiteLLM's `object_permission`: its parts that are not of MCP servers restrict nothing here, and must ask for nothing. */
const field = objectPermission.loose().superRefine((value, context) => {
  for (const [part, asked] of Object.entries(value))
    if (!(part in objectPermission.shape) && !isNothing(asked))
      context.addIssue({ code: 'custom', path: [part], message: 'is not supported: leave it out' });
});

export const OBJECT_PERMISSION = kept(field);

type Settings = Readonly<Record<string, unknown>>;

/** Servers that nobody else may use are for proxy admins alone to give. Throws `forbidden`. */
export function checkObjectPermission(
  by: Authority,
  { settings }: RecordPatch,
  current: Settings = {},
): void {
  if (by.isAdmin || settings === undefined || isDeepStrictEqual(wanted(settings), wanted(current))) return;
  throw new GatewayError('forbidden', `'${FIELD}' can be changed by a proxy admin only`, { param: FIELD });
}

const FIELD = 'object_permission';

const wanted = ({ [FIELD]: value = null }: Settings): unknown => (isNothing(value) ? null : value);
