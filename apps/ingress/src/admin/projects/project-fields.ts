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
  own,
  text,
} from '../fields/field-use.js';

export const PROJECT: EntrySpec = {
  kind: 'project',
  of: 'projects',
  idField: 'project_id',
  linksBudget: true,
  fields: {
    project_alias: column('alias', name),
    description: kept(text),
    team_id: column('teamId', name),
    models: column('models', names, []),
    blocked: column('blocked', flag, false),
    budget_id: column('budgetId', name),
    ...LIMITS,
    metadata: METADATA,
    tags: LISTED,
    ...UNENFORCED,
    project_id: own(name),
    ...answered(...ANSWERED_BY_ALL, 'organization_id'),
  },
};
