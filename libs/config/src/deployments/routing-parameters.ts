import type { Deployment, SpendLimit } from '../gateway-config.js';
import { readAllowedFailsPolicy, readRetryPolicy } from '../routing/error-policy.js';
import { readDollars, readWindow } from '../routing/spend-limits.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';

type Params = Section<KeyOf<'model_list[].litellm_params'>>;
type Info = Section<KeyOf<'model_list[].model_info'>>;
type Either = Section<KeyOf<'model_list[].litellm_params'> & KeyOf<'model_list[].model_info'>>;

/** Where a cloud deployment says where it is, when it has no `region_name`. */
const CLOUD_REGIONS = [
  'aws_region_name',
  'vertex_location',
  'vertex_ai_location',
  'watsonx_region_name',
] as const;

/** What steers the router, from `litellm_params` or, where that says nothing, from `model_info`. */
export function readRoutingParameters(params: Params, info: Info) {
  // Both are read, whichever counts: what is not read is taken for a mistake.
  const either = <Value>(read: (section: Either) => Value | null): Value | null => {
    const [own, known] = [read(params), read(info)];
    return own ?? known;
  };
  return {
    weight: params.number('weight'),
    rpm: params.number('rpm'),
    tpm: params.number('tpm'),
    order: params.number('order', { min: -Infinity }),
    timeoutMs: params.seconds('timeout'),
    streamTimeoutMs: params.seconds('stream_timeout'),
    connectTimeoutMs: either((section) => section.seconds('connect_timeout')),
    idleTimeoutMs: either((section) => section.seconds('idle_timeout')),
    numRetries: params.number('num_retries', { integer: true }),
    retryPolicy: either(readRetryPolicy) ?? {},
    allowedFails: either((section) => section.number('allowed_fails', { integer: true })),
    allowedFailsPolicy: either(readAllowedFailsPolicy) ?? {},
    cooldownMs: either((section) => section.seconds('cooldown_time', { min: 0 })),
    maxParallelRequests: either((section) => section.number('max_parallel_requests', { integer: true })),
    region: readRegion(
      params,
      either((section) => section.text('region_name')),
    ),
    budget: either(readBudget),
    silentModel: either((section) => section.modelName('silent_model', { orDeployment: true })),
    blocked: info.boolean('blocked') ?? false,
    tags: params.texts('tags'),
    guardrails: params.texts('guardrails'),
  } satisfies Partial<Deployment>;
}

function readRegion(params: Params, named: string | null): string | null {
  const ofClouds = CLOUD_REGIONS.map((key) => params.text(key));
  return named ?? ofClouds.find((region) => region !== null) ?? null;
}

/** LiteLLM silently ignores one of the two without the other. */
function readBudget(section: Either): SpendLimit | null {
  const limitNanos = readDollars(section, 'max_budget');
  const window = readWindow(section, 'budget_duration');
  if (section.has('max_budget') && !section.has('budget_duration')) {
    section.problem('max_budget', 'needs a budget_duration beside it: without a window nothing is limited');
  }
  if (section.has('budget_duration') && !section.has('max_budget')) {
    const { path, place } = section.at('budget_duration');
    section.context.report.warning(path, place, 'limits nothing without a max_budget beside it');
  }
  return limitNanos === null || window === null ? null : { limitNanos, window };
}
