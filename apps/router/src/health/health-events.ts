import type { ErrorCode } from '@tollgate/contracts';
import { counter, createLogger } from '@tollgate/observability';
import type { Candidate } from '../group.js';
import type { Cooldown } from './cooldown.js';

const log = createLogger('router');

const cooldowns = counter(
  'tollgate_router_cooldowns_total',
  'Deployments taken out, by provider and reason',
  ['provider', 'reason'],
);
const probes = counter('tollgate_router_probes_total', 'Probes of half-open deployments, by result', [
  'provider',
  'result',
]);

export type ProbeResult = 'succeeded' | 'failed' | 'inconclusive';

export function circuitOpened(
  { deployment, provider }: Candidate,
  details: Cooldown & { readonly code: ErrorCode },
): void {
  cooldowns.inc({ provider, reason: details.reason });
  const { id: deploymentId, group } = deployment;
  log.warn({ event: 'deployment.cooled', deploymentId, group, ...details }, 'Deployment taken out');
}

export function probeEnded({ deployment, provider }: Candidate, result: ProbeResult): void {
  probes.inc({ provider, result });
  const { id: deploymentId, group } = deployment;
  if (result === 'succeeded')
    log.info({ event: 'deployment.returned', deploymentId, group }, 'Deployment is back');
}

export function circuitNotShared(deploymentId: string, cause: unknown): void {
  const reason = cause instanceof Error ? cause.message : String(cause);
  log.warn({ event: 'circuit.not_shared', deploymentId, reason }, 'Other replicas do not know of it yet');
}
