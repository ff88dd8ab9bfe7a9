import { dropped, type Filter, type Test } from './filter.js';

const isSpent: Test = (candidate, { view, call }) => {
  const exhausted = view.exhaustedBudget(candidate, call.tags);
  return exhausted === null ? null : dropped(candidate, 'budget', { reason: `budget: ${exhausted}` });
};

/** The budget of its provider, of the deployment or of one of the call's tags is used up. */
export const budgets: Filter = ({ config, group }) => {
  const any = config.providerBudgets.size > 0 || config.tagBudgets.size > 0 || group.any.budget;
  return any ? isSpent : null;
};
