import type { Bus, CallContext } from '@tollgate/bus';
import type { AttemptHeader, ResponseHead } from '@tollgate/contracts';
import type { AttemptState } from './attempt-state.js';
import type { DeploymentTarget } from './deployments.js';

/** Everything that belongs to one attempt. */
export interface Work {
  readonly header: AttemptHeader;
  readonly target: DeploymentTarget;
  readonly context: CallContext;
  readonly state: AttemptState;
  readonly bus: Bus;
}

/** What differs from one answer to another. */
export type HeadDetails = Pick<ResponseHead, 'status' | 'headers' | 'apiBase' | 'costNanos'>;

/** Sends the head: from here on the attempt cannot be replaced by another. */
export function deliverHead({ header, target, context, state }: Work, details: HeadDetails): void {
  state.delivered = true;
  const contentType = header.call.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  context.response.head({
    ...details,
    headers: { ...details.headers, 'content-type': contentType },
    attemptId: header.attemptId,
    deploymentId: header.deploymentId,
    group: header.group,
    provider: target.deployment.provider,
    upstreamModel: header.upstreamModel,
    retries: header.retries,
    fallbacks: header.fallbacks,
    upstreamMs: state.elapsedMs,
  });
}
