import { ANSWERED_BY_ALL, type EntrySpec } from '../entries/entry-spec.js';
import {
  LIMITS,
  METADATA,
  UNENFORCED,
  answered,
  column,
  flag,
  kept,
  name,
  own,
  refused,
} from '../fields/field-use.js';

/** An end user: whoever a call names in `user`. */
export const CUSTOMER: EntrySpec = {
  kind: 'end_user',
  of: 'customers',
  idField: 'user_id',
  linksBudget: true,
  fields: {
    alias: column('alias', name),
    blocked: column('blocked', flag, false),
    budget_id: column('budgetId', name),
    ...LIMITS,
    metadata: METADATA,
    default_model: kept(name),
    allowed_model_region: refused([], "use a key's metadata.allowed_model_region"),
    ...UNENFORCED,
    user_id: own(name),
    ...answered(...ANSWERED_BY_ALL),
  },
};
