import type { Bus, CallContext } from '@tollgate/bus';
import type { AttemptHeader, ResponseEnd, ResponseHead, Usage } from '@tollgate/contracts';
import { continuedUsage } from '@tollgate/dialects';
import type { AttemptState } from './attempt-state.js';
import type { DeploymentTarget } from './deployments.js';
import type { Bill } from './usage-record.js';

/** Everything that belongs to one attempt. */
export interface Work {
  readonly header: AttemptHeader;
  readonly target: DeploymentTarget;
  readonly context: CallContext;
  readonly state: AttemptState;
  readonly bus: Bus;
}

/** What differs from one answer to another. */
export interface HeadDetails extends Pick<ResponseHead, 'status' | 'headers' | 'apiBase' | 'address'> {
  readonly contentType: string;
  /** null: it is not known before the end. */
  readonly bill: Bill | null;
}

/** The tokens that the caller is told of: of an answer in several parts, those of all so far. */
export function toldUsage({ header: { partial } }: Work, { usage }: Bill): Usage {
  return partial === undefined ? usage : continuedUsage(partial.usage, usage);
}

/** The cost is this attempt's alone: the ledger has a row for each part of an answer. */
export const endOf = (work: Work, bill: Bill): ResponseEnd => ({
  usage: toldUsage(work, bill),
  costNanos: bill.costNanos,
});

/** Sends the head: from here on the attempt cannot be replaced by another. */
export function deliverHead({ header, target, context, state }: Work, details: HeadDetails): void {
  state.delivered = header.role !== 'mirror';
  const { status, contentType, headers, apiBase, bill, address } = details;
  const head: ResponseHead = {
    status,
    // The provider's own all have a prefix, so the order decides nothing; a spread that comes last is the cheap one.
    headers: { 'content-type': contentType, ...headers },
    apiBase,
    costNanos: bill?.costNanos ?? null,
    attemptId: header.attemptId,
    deploymentId: header.deploymentId,
    group: header.group,
    provider: target.deployment.provider,
    upstreamModel: header.upstreamModel,
    retries: header.retries,
    fallbacks: header.fallbacks,
    upstreamMs: state.upstreamMs,
  };
  if (bill !== null && bill.costParts !== null) head.costParts = bill.costParts;
  if (address !== undefined) head.address = address;
  context.response.head(head);
}
