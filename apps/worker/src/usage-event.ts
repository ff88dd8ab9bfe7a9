import type { Deployment } from '@tollgate/config';
import {
  NO_USAGE,
  type AttemptHeader,
  type CallHeader,
  type Principal,
  type UsageEvent,
} from '@tollgate/contracts';

type AttemptNames = Pick<
  AttemptHeader,
  'attemptId' | 'call' | 'group' | 'upstreamModel' | 'deploymentId' | 'role' | 'arm'
>;

type Payer = Pick<CallHeader, 'endUser' | 'tags' | 'counters'> & {
  readonly principal: Pick<
    Principal,
    'keyHash' | 'keyAlias' | 'userId' | 'teamId' | 'organizationId' | 'projectId'
  >;
};

/** A mirror is the operator's experiment: no budget of the caller's pays for it. */
const MIRROR: Payer = {
  principal: {
    keyHash: 'mirror',
    keyAlias: 'mirror',
    userId: null,
    teamId: null,
    organizationId: null,
    projectId: null,
  },
  endUser: null,
  tags: [],
};

/** What may change until the attempt has ended. */
export type UsageState = Pick<
  UsageEvent,
  | 'status'
  | 'measured'
  | 'usage'
  | 'rawUsage'
  | 'serviceTier'
  | 'costNanos'
  | 'responseId'
  | 'firstTokenAt'
  | 'endedAt'
  | 'errorCode'
>;

/** What is known of an attempt when it begins. */
export type KnownUsage = Omit<UsageEvent, keyof UsageState>;

export function knownUsage(
  { attemptId, call, group, upstreamModel, deploymentId, role, arm }: AttemptNames,
  { provider }: Pick<Deployment, 'provider'>,
  apiBase: string | null,
): KnownUsage {
  const { principal, endUser, tags, counters }: Payer = role === 'mirror' ? MIRROR : call;
  const known: KnownUsage = {
    // NOTE no spreads: members that come from one cost many times what those that are written out do.
    id: attemptId,
    callId: call.id,
    model: call.model,
    group,
    upstreamModel,
    deploymentId,
    provider,
    apiBase,
    keyHash: principal.keyHash,
    keyAlias: principal.keyAlias,
    userId: principal.userId,
    teamId: principal.teamId,
    organizationId: principal.organizationId,
    projectId: principal.projectId,
    endUser,
    tags,
    stream: call.stream,
    calledAt: call.startedAt,
    startedAt: Date.now(),
    role,
    arm,
  };
  if (counters !== undefined) known.counters = counters;
  return known;
}

/** Nothing is known to be served; the prompt counts from the first token on. */
export const nothingYet = ({ startedAt }: KnownUsage): UsageState => ({
  status: 'unknown',
  measured: false,
  usage: NO_USAGE,
  rawUsage: null,
  serviceTier: null,
  costNanos: null,
  responseId: null,
  firstTokenAt: null,
  endedAt: startedAt,
  errorCode: null,
});

/** NOTE written out: objects that come from two spreads have a shape each, and all who read them are slow. */
export const eventOf = (known: KnownUsage, state: UsageState): UsageEvent => ({
  id: known.id,
  callId: known.callId,
  responseId: state.responseId,
  status: state.status,
  measured: state.measured,
  usage: state.usage,
  rawUsage: state.rawUsage,
  serviceTier: state.serviceTier,
  costNanos: state.costNanos,
  model: known.model,
  group: known.group,
  upstreamModel: known.upstreamModel,
  deploymentId: known.deploymentId,
  provider: known.provider,
  apiBase: known.apiBase,
  keyHash: known.keyHash,
  keyAlias: known.keyAlias,
  userId: known.userId,
  teamId: known.teamId,
  organizationId: known.organizationId,
  projectId: known.projectId,
  endUser: known.endUser,
  tags: known.tags,
  counters: known.counters,
  stream: known.stream,
  calledAt: known.calledAt,
  startedAt: known.startedAt,
  firstTokenAt: state.firstTokenAt,
  endedAt: state.endedAt,
  errorCode: state.errorCode,
  role: known.role,
  arm: known.arm,
});
