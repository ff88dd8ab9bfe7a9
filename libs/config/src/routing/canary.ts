import type { CanarySettings } from '../gateway-config.js';
import { innerSection } from '../named-sections.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';

const DEFAULT_MIN_CALLS = 20;

/** `canary: { to, percent, sticky_by, rollback_when }`; null when there is none. */
export function readCanary(group: Section<'canary'>): CanarySettings | null {
  const canary = innerSection<'canary'>(group, 'canary');
  if (canary === null) return null;
  const to = canary.modelName('to', { orDeployment: true });
  const percent = canary.number('percent', { max: 100 });
  const stickyBy = canary.choice('sticky_by', ['key', 'user', 'session', 'none']);
  const rollbackWhen = readRollback(canary);
  canary.finish(new Set());
  for (const key of ['to', 'percent'] as const) if (!canary.has(key)) canary.problem(key, 'is missing');
  if (to === null || percent === null) return null;
  return { to, percent, stickyBy: stickyBy ?? 'key', rollbackWhen };
}

function readRollback(canary: Section<KeyOf<'canary'>>): CanarySettings['rollbackWhen'] {
  const rollback = innerSection<'canary.rollback_when'>(canary, 'rollback_when');
  if (rollback === null) return null;
  const read = {
    errorRateAbove: rollback.number('error_rate_above', { max: 1 }),
    p95LatencyAboveMs: rollback.seconds('p95_latency_above'),
    minCalls: rollback.number('min_calls', { min: 1, integer: true }) ?? DEFAULT_MIN_CALLS,
  };
  rollback.finish(new Set());
  if (!rollback.has('error_rate_above') && !rollback.has('p95_latency_above')) {
    canary.problem('rollback_when', 'needs error_rate_above or p95_latency_above');
  }
  return read;
}
