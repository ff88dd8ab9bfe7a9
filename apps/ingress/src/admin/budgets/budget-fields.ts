import { ANSWERED_BY_ALL, type EntrySpec } from '../entries/entry-spec.js';
import { LIMITS, answered, own, name } from '../fields/field-use.js';

/** A tier: limits that keys, users and so on link to. */
export const BUDGET: EntrySpec = {
  kind: 'budget',
  of: 'budgets',
  idField: 'budget_id',
  linksBudget: false,
  fields: { ...LIMITS, budget_id: own(name), ...answered(...ANSWERED_BY_ALL) },
};

/** `GET /budget/settings`: what a form for a tier shows. */
export const BUDGET_SETTINGS = [
  ['max_parallel_requests', 'Integer', 'The maximum number of parallel requests'],
  ['tpm_limit', 'Integer', 'The maximum number of tokens a minute'],
  ['rpm_limit', 'Integer', 'The maximum number of requests a minute'],
  [
    'budget_duration',
    'String',
    'The window of the budget: "1h", "1d", "7d", "30d", "1mo" ("1m" is a minute)',
  ],
  ['max_budget', 'Float', 'What may be spent in a window, in dollars: beyond it calls are refused'],
  ['soft_budget', 'Float', 'What may be spent in a window before an alert is sent, in dollars'],
  ['model_max_budget', 'Object', 'Budgets for single models'],
] as const;
