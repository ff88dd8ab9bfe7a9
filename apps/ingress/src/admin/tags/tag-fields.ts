import { ANSWERED_BY_ALL, type EntrySpec } from '../entries/entry-spec.js';
import { LIMITS, answered, column, flag, kept, name, names, own, text } from '../fields/field-use.js';

export const TAG: EntrySpec = {
  kind: 'tag',
  of: 'tags',
  idField: 'name',
  linksBudget: true,
  fields: {
    description: kept(text),
    models: column('models', names, []),
    blocked: column('blocked', flag, false),
    budget_id: column('budgetId', name),
    ...LIMITS,
    name: own(name),
    ...answered(...ANSWERED_BY_ALL, 'model_info'),
  },
};
