import { isBudgetWindow } from '../budget-window.js';
import type { SpendLimit } from '../gateway-config.js';
import { sectionsByName } from '../named-sections.js';
import type { Section } from '../section.js';

const NANOS_PER_DOLLAR = 1e9;
const EXAMPLES = 'a window such as 1h, 1d, 7d, 30d or 1mo (m is minutes, mo months)';

type BudgetKey = 'budget_limit' | 'time_period' | 'max_budget' | 'budget_duration';

/** Dollars in the file, nano-dollars here. */
export function readDollars<Key extends string>(section: Section<Key>, key: Key): number | null {
  const dollars = section.number(key);
  return dollars === null ? null : Math.round(dollars * NANOS_PER_DOLLAR);
}

export function readWindow<Key extends string>(section: Section<Key>, key: Key): string | null {
  const text = section.text(key);
  if (text === null || isBudgetWindow(text)) return text;
  section.problem(key, `expected ${EXAMPLES}, got ${JSON.stringify(text)}`);
  return null;
}

/** `provider_budget_config` or `tag_budget_config`: both spellings of LiteLLM's are read in both. */
export function readBudgets<Key extends string>(section: Section<Key>, key: Key): Map<string, SpendLimit> {
  const budgets = sectionsByName<'router_settings.provider_budget_config.*'>(section, key);
  return new Map(
    budgets.flatMap(({ name, section }) => {
      const limit = readBudget(section);
      return limit === null ? [] : [[name, limit] as const];
    }),
  );
}

function readBudget(budget: Section<BudgetKey>): SpendLimit | null {
  const limits = (['budget_limit', 'max_budget'] as const).map((key) => readDollars(budget, key));
  const windows = (['time_period', 'budget_duration'] as const).map((key) => readWindow(budget, key));
  budget.finish(new Set());
  const limitNanos = limits.find((limit) => limit !== null);
  const window = windows.find((known) => known !== null);
  if (!budget.has('budget_limit') && !budget.has('max_budget')) budget.problem('budget_limit', 'is missing');
  if (!budget.has('time_period') && !budget.has('budget_duration')) {
    budget.problem('time_period', 'is missing: without a window nothing is limited');
  }
  return limitNanos === undefined || window === undefined ? null : { limitNanos, window };
}
