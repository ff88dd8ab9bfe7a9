import { GatewayError } from '@tollgate/contracts';

/** `fault`: what the guardrail says against the call. */
export const violation = (guardrail: string, fault: string): GatewayError =>
  new GatewayError('guardrail_violation', `Violated guardrail policy '${guardrail}': ${fault}`, {
    headers: { 'x-litellm-applied-guardrails': guardrail },
  });

/** Nobody can tell whether the call may go on, so it does not. */
export const undecided = (guardrail: string, reason: string, cause?: unknown): GatewayError =>
  new GatewayError('guardrail_unavailable', `The guardrail '${guardrail}' cannot decide: ${reason}`, {
    cause,
  });
