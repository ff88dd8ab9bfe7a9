import type { RouterSettings } from '../gateway-config.js';
import { describe } from '../located.js';
import { didYouMean } from '../nearest.js';
import type { Section } from '../section.js';

type Check = (typeof EFFECTIVE)[number];

const EFFECTIVE = [
  'enforce_model_rate_limits',
  'prompt_caching',
  'deployment_affinity',
  'session_affinity',
  // Budgets hold whether or not they are asked to.
  'router_budget_limiting',
] as const;

/** LiteLLM's others. */
const WITHOUT_EFFECT = [
  'responses_api_deployment_check',
  'encrypted_content_affinity',
  'forward_client_headers_by_model_group',
];

/** `optional_pre_call_checks`. */
export function readPreCallChecks(
  router: Section<'optional_pre_call_checks'>,
): Pick<RouterSettings, 'affinity' | 'enforceRateLimits'> {
  const asked = new Set<Check>();
  for (const [index, item] of (router.list('optional_pre_call_checks') ?? []).entries()) {
    const path = `${router.pathOf('optional_pre_call_checks')}[${index}]`;
    const name = item.kind === 'scalar' ? item.source : '';
    const check = EFFECTIVE.find((known) => known === name);
    if (check !== undefined) asked.add(check);
    else if (WITHOUT_EFFECT.includes(name)) {
      router.context.report.warning(path, item.place, `${name} is accepted but has no effect yet`);
    } else {
      const meant = didYouMean(name, [...EFFECTIVE, ...WITHOUT_EFFECT]);
      router.context.report.problem(path, item.place, `there is no check ${describe(item)}${meant}`);
    }
  }
  return {
    affinity: {
      session: asked.has('session_affinity'),
      key: asked.has('deployment_affinity'),
      promptPrefix: asked.has('prompt_caching'),
    },
    enforceRateLimits: asked.has('enforce_model_rate_limits'),
  };
}
