import type { GatewayError } from '@tollgate/contracts';
import { isContentPolicyError, isContextWindowError } from '../health/error-class.js';

/** What a failure means for the choice of fallbacks. */
export type FailureKind = 'context-window' | 'content-policy' | 'general';

export function failureKindOf(error: GatewayError): FailureKind {
  if (isContextWindowError(error)) return 'context-window';
  return isContentPolicyError(error) ? 'content-policy' : 'general';
}
