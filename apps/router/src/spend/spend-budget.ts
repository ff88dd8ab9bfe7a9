import type { GatewayConfig, SpendLimit } from '@tollgate/config';
import { SpendFigure } from './spend-figure.js';

type BudgetKind = 'provider' | 'deployment' | 'tag';

/** A budget of the config and what was spent of it. */
export interface SpendBudget {
  readonly kind: BudgetKind;
  /** Name of the provider or tag, or id of the deployment. */
  readonly value: string;
  readonly limit: SpendLimit;
  /** LiteLLM's words for its being used up. */
  readonly exceeded: (spend: string, limit: string) => string;
  /** Epoch ms: when the present window began. */
  from: number;
  figure: SpendFigure;
}

/** All budgets that the router holds deployments against. */
export function budgetsOf({
  router,
  deployments,
}: Pick<GatewayConfig, 'router' | 'deployments'>): SpendBudget[] {
  const ofProviders = Array.from(router.providerBudgets, ([name, limit]) =>
    budget({ kind: 'provider', value: name, limit }, (spend, most) => {
      return `Exceeded budget for provider ${name}: ${spend} >= ${most}`;
    }),
  );
  const ofTags = Array.from(router.tagBudgets, ([tag, limit]) =>
    budget({ kind: 'tag', value: tag, limit }, (spend, most) => {
      return `Exceeded budget for tag='${tag}', tag_spend=${spend}, tag_budget_limit=${most}`;
    }),
  );
  const ofDeployments = deployments.flatMap(({ id, group, provider, model, budget: limit }) => {
    const name = `model_name: ${group}, litellm_params.model: ${provider}/${model}, model_id: ${id}`;
    const exceeded: SpendBudget['exceeded'] = (spend, most) =>
      `Exceeded budget for deployment ${name}: ${spend} >= ${most}`;
    return limit === null ? [] : [budget({ kind: 'deployment', value: id, limit }, exceeded)];
  });
  return [...ofProviders, ...ofTags, ...ofDeployments];
}

/** Without a window yet. */
const budget = (
  of: Pick<SpendBudget, 'kind' | 'value' | 'limit'>,
  exceeded: SpendBudget['exceeded'],
): SpendBudget => ({ ...of, exceeded, from: Number.NaN, figure: new SpendFigure() });

/** Dollars as Python writes a float: LiteLLM's texts do, and there are those who read them by machine. */
export function pythonDollars(nanos: number): string {
  const dollars = nanos / 1e9;
  if (Number.isInteger(dollars)) return dollars.toFixed(1);
  if (Math.abs(dollars) >= 1e-4) return String(dollars);
  return dollars.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
