import type { RouterSettings } from '@tollgate/config';
import { GatewayError, type CallHeader } from '@tollgate/contracts';
import { allCooling } from '../failures.js';
import type { Group } from '../group.js';
import type { RoutingView } from '../routing-view.js';
import type { Drop, DropKind } from './filter.js';

interface Asked {
  readonly call: CallHeader;
  readonly view: RoutingView;
  readonly config: RouterSettings;
}

/** Reasons that pass. */
const PASSING: ReadonlySet<DropKind> = new Set(['cooling', 'provider-limit', 'rate', 'parallel']);
/** Nobody knows when a probe or a call ends: the caller may come back after this. */
const UNKNOWN_WAIT_MS = 1_000;

/**
 * Why no deployment of a group is left for a call, from what dropped them. What passes goes before what does not: the caller
 * gets the time at which the first may serve. A deployment with two reasons counts by the first.
 */
export function whyNone(
  group: Group,
  { dropped }: { readonly dropped: readonly Drop[] },
  { call, view, config }: Asked,
): GatewayError {
  const passing = dropped.filter(({ kind }) => PASSING.has(kind));
  if (passing.length > 0) return laterOn(group, passing, { now: view.now, config });
  const of = (...kinds: DropKind[]): readonly Drop[] => dropped.filter(({ kind }) => kinds.includes(kind));
  const budget = of('budget');
  if (budget.length > 0) return overBudget(budget);
  const tooLong = of('context-window');
  if (tooLong.length > 0) return contextWindowExceeded(group, tooLong);
  const unable = of('size', 'capability', 'region');
  if (unable.length > 0) return cannotServe(group, unable);
  if (of('tags').length > 0) return tagsNotAllowed(group, call);
  if (dropped.length > 0 && of('blocked').length === dropped.length)
    return new GatewayError('provider_unavailable', `Model '${group.name}' is currently paused.`);
  const text = `There are no healthy deployments for this model: ${group.name}`;
  return new GatewayError('no_deployment', text, { param: 'model' });
}

function laterOn(
  group: Group,
  passing: readonly Drop[],
  { now, config }: { readonly now: number; readonly config: RouterSettings },
): GatewayError {
  const first = Math.min(...passing.map(({ until }) => until ?? now + UNKNOWN_WAIT_MS));
  const retryAfterMs = Math.max(0, first - now);
  const cooling = passing.filter(({ kind }) => kind === 'cooling').map(({ deploymentId }) => deploymentId);
  if (cooling.length === passing.length) return allCooling(group, retryAfterMs);
  const text =
    `No deployments available for selected model, Try again in ${Math.ceil(retryAfterMs / 1_000)} seconds. ` +
    `Passed model=${group.name}. pre-call-checks=${config.preCallChecks ? 'True' : 'False'}, ` +
    `cooldown_list=[${cooling.map((id) => `'${id}'`).join(', ')}]. ${account(passing)}`;
  return new GatewayError('rate_limited', text, { retryAfterMs });
}

const BUDGET_WORD = 'budget: ';

/** In LiteLLM's words: a line for each budget. */
function overBudget(drops: readonly Drop[]): GatewayError {
  const budgets = [...new Set(drops.map(({ reason }) => reason.slice(BUDGET_WORD.length)))];
  const whose = budgets.some((budget) => budget.includes('for provider')) ? ' for provider' : '';
  return new GatewayError(
    'budget_crossed',
    `No deployments available - crossed budget${whose}: ${budgets.join('\n')}`,
  );
}

/** LiteLLM's class in front, and OpenAI's code: `context_window_fallbacks` go by either. */
function contextWindowExceeded(group: Group, drops: readonly Drop[]): GatewayError {
  const text =
    'litellm.ContextWindowExceededError: ContextWindowExceededError: No deployment of ' +
    `${group.name} has a context window large enough for this call. ${account(drops)}`;
  return new GatewayError('no_deployment', text, { upstreamCode: 'context_length_exceeded' });
}

const cannotServe = (group: Group, drops: readonly Drop[]): GatewayError =>
  new GatewayError('no_deployment', `No deployment of ${group.name} can serve this call. ${account(drops)}`, {
    param: 'model',
  });

const tagsNotAllowed = (group: Group, { tags }: CallHeader): GatewayError =>
  new GatewayError(
    'tags_not_allowed',
    `Not allowed to access model due to tags configuration. Passed model=${group.name} and ` +
      `tags=[${tags.map((tag) => `'${tag}'`).join(', ')}]`,
  );

/** What stood in the way, each reason once, and how often. */
const MOST_REASONS = 5;

function account(drops: readonly Drop[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of drops) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) =>
    count > 1 ? `${reason} (${count} deployments)` : reason,
  );
  const more = reasons.length - MOST_REASONS;
  if (more > 0) reasons.splice(MOST_REASONS, more, `${more} more`);
  return `Left out: ${reasons.join('; ')}.`;
}
