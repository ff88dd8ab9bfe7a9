import type { Bus } from '@tollgate/bus';
import type { Deployment } from '@tollgate/config';
import {
  GatewayError,
  NO_USAGE,
  sendingId,
  toGatewayError,
  type AttemptHeader,
  type CallHeader,
  type UsageEvent,
  type UsageStatus,
} from '@tollgate/contracts';
import { priceUsage } from '@tollgate/pricing';
import { usageEvent } from '../../apps/billing/src/ledger/_stage.js';
import type { Caller } from '../../apps/ingress/src/auth/caller.js';
import type { EnteredCall } from '../../apps/ingress/src/calls/call-entry.js';
import type { Settlement } from '../../apps/ingress/src/calls/pass.js';
import { StreamAllowance } from '../../apps/worker/src/allowance.js';
import { owe, reserve } from '../../apps/worker/src/reservation.js';
import { CHARACTERS_PER_TOKEN } from '../../apps/worker/src/usage-record.js';
import type { SimulatedGateway } from './budgets-ingress.js';

/** What a client asks for, and what the provider and the processes do with it. The provider counts tokens as we do. */
export interface CallPlan {
  readonly keyHash: string;
  readonly deployment: Deployment;
  readonly inputTokens: number;
  /** Of the answer, if nothing keeps it shorter. */
  readonly outputTokens: number;
  readonly maxTokens?: number;
  readonly stream: boolean;
  readonly chunkTokens: number;
  /** From one chunk to the next, or to the whole answer. */
  readonly pauseMs: number;
  readonly endUser?: string;
  readonly tags?: readonly string[];
  /** Attempts before the one that answers: whether the provider bills the prompt. */
  readonly failures?: readonly ('free' | 'billed')[];
  /** Milliseconds after which the client hangs up. */
  readonly patienceMs?: number;
  /** A process dies when the answer is whole, before it could tell so. */
  readonly dies?: 'worker' | 'ingress';
  /** No attempt answers. */
  readonly fails?: boolean;
  /** Routers that are lost before the call has its own: whether they had sent it to a provider. */
  readonly lostRouters?: readonly ('unsent' | 'sent')[];
}

/** How a call ended for its client. */
export type CallResult = 'answered' | 'cut' | 'gone' | 'failed' | GatewayError;

/** Who hears what calls come to. */
export interface Books {
  /** A usage event is on its way to billing. */
  tell(event: UsageEvent): void;
}

const DEADLINE_MS = 60_000;

/** A call as ingress and a worker make it; the frames between them and the provider are played. */
export async function makeCall(
  { keys, enter, bus }: SimulatedGateway,
  id: string,
  plan: CallPlan,
  books: Books,
): Promise<CallResult> {
  const caller = await keys.find(plan.keyHash);
  if (caller === null) throw new Error(`no key ${plan.keyHash}`);
  let entered;
  try {
    entered = await enter(caller, headerOf(id, plan, caller));
  } catch (cause) {
    return toGatewayError(cause);
  }
  const sending = await lastSending(bus, entered, plan, books);
  if (sending === null) return 'failed';
  const { result, settlement } = await attempts(bus, sending.header, plan, books);
  if (plan.dies !== 'ingress') sending.pass.settle(settlement);
  return result;
}

/** The sending whose router is not lost. null: there was none that the call could pay for. */
async function lastSending(
  bus: Bus,
  entered: EnteredCall,
  plan: CallPlan,
  books: Books,
): Promise<EnteredCall | null> {
  let { header, pass } = entered;
  for (const [index, kind] of (plan.lostRouters ?? []).entries()) {
    // Nobody waits for this attempt any more, and nobody hears of it but the ledger: when the call has ended, maybe.
    const slow = { ...plan, pauseMs: 5 * plan.pauseMs };
    if (kind === 'sent')
      void lastAttempt(bus, attemptOf(header, plan, 1), slow, books).catch(() => undefined);
    await sleep(plan.pauseMs);
    const renewed = await pass.renew(index + 1);
    if (renewed === null) {
      pass.settle({ tokens: 0, costNanos: null });
      return null;
    }
    header = { ...header, ...renewed.allowance, resends: index + 1 };
    pass = renewed;
  }
  return { header, pass };
}

interface Ended {
  readonly result: CallResult;
  readonly settlement: Settlement;
}

const BROKEN = new GatewayError('upstream_stream_broken', 'The provider broke off.').toShape();
const NOTHING_USED: Settlement = { tokens: 0, costNanos: 0 };

async function attempts(bus: Bus, call: CallHeader, plan: CallPlan, books: Books): Promise<Ended> {
  const { failures = [], fails = false } = plan;
  let spentNanos = 0;
  const attempt = (number: number): AttemptHeader => ({ ...attemptOf(call, plan, number), spentNanos });
  try {
    for (const [index, kind] of failures.entries())
      spentNanos += await breakOff(bus, attempt(index + 1), { plan, isBilled: kind === 'billed' }, books);
    if (fails) return { result: 'failed', settlement: NOTHING_USED };
    return await lastAttempt(bus, attempt(failures.length + 1), plan, books);
  } catch (cause) {
    return { result: toGatewayError(cause), settlement: NOTHING_USED };
  }
}

/** An attempt that the provider ends, and bills or not. Resolves with what it cost. */
async function breakOff(
  bus: Bus,
  attempt: AttemptHeader,
  { plan, isBilled }: { readonly plan: CallPlan; readonly isBilled: boolean },
  books: Books,
): Promise<number> {
  await reserve(bus, attempt, plan.deployment);
  await sleep(plan.pauseMs);
  const event = eventOf(attempt, plan, isBilled ? 'partial' : 'failed', isBilled ? plan.inputTokens : 0, 0);
  const costNanos = event.costNanos ?? 0;
  books.tell(event);
  await owe(bus, attempt, { error: BROKEN, costNanos });
  return costNanos;
}

async function lastAttempt(bus: Bus, attempt: AttemptHeader, plan: CallPlan, books: Books): Promise<Ended> {
  const { outputTokens, result } = await answer(bus, attempt, plan);
  const { attemptId } = attempt;
  const status = result === 'answered' ? 'complete' : 'partial';
  const event = eventOf(attempt, plan, status, plan.inputTokens, outputTokens);
  // A worker that dies leaves a draft, which knows the cost of less.
  if (plan.dies === 'worker') books.tell(eventOf(attempt, plan, 'unknown', plan.inputTokens, 0));
  books.tell(event);
  if (result !== 'answered' || plan.dies === 'worker')
    return { result, settlement: { tokens: null, costNanos: null, attemptId } };
  const used = { prompt: plan.inputTokens, completion: outputTokens };
  const tokens = used.prompt + used.completion;
  return { result, settlement: { tokens, costNanos: event.costNanos ?? 0, attemptId, used } };
}

interface Answered {
  readonly outputTokens: number;
  readonly result: 'answered' | 'cut' | 'gone';
}

/** What a provider answers when it is asked for no more tokens than the call can pay for. Rejects when it pays for none. */
async function answer(bus: Bus, attempt: AttemptHeader, plan: CallPlan): Promise<Answered> {
  const reserved = await reserve(bus, attempt, plan.deployment);
  const { outputTokens, maxTokens = Infinity, stream, chunkTokens, pauseMs, patienceMs = Infinity } = plan;
  const most = Math.min(outputTokens, maxTokens, reserved.maxOutputTokens ?? Infinity);
  const began = Date.now();
  if (!stream) {
    await sleep(Math.min(pauseMs, patienceMs));
    return patienceMs < pauseMs
      ? { outputTokens: 0, result: 'gone' }
      : { outputTokens: most, result: 'answered' };
  }
  const allowance = StreamAllowance.of(bus, attempt, reserved);
  let sent = 0;
  while (sent < most) {
    await sleep(pauseMs);
    sent = Math.min(most, sent + chunkTokens);
    if (Date.now() - began > patienceMs) return { outputTokens: sent, result: 'gone' };
    const progress = { ...NO_PROGRESS, characters: sent * CHARACTERS_PER_TOKEN };
    try {
      await allowance?.covers(progress);
      await allowance?.coversNext();
    } catch {
      return { outputTokens: sent, result: 'cut' };
    }
  }
  return { outputTokens: sent, result: 'answered' };
}

const NO_PROGRESS = {
  ...{ usage: null, rawUsage: null, serviceTier: null, responseId: null },
  ...{ characters: 0, finished: false },
};

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function headerOf(id: string, plan: CallPlan, { principal }: Caller): CallHeader {
  const { inputTokens, maxTokens, stream, endUser = null, tags = [], deployment } = plan;
  const startedAt = Date.now();
  return {
    ...{ id, dialect: 'openai-chat', model: deployment.group, stream, includeUsage: false, principal },
    ...{ endUser, tags: [...tags], inputTokens, bodyBytes: 4 * inputTokens, needs: [], headers: {} },
    ...{ startedAt, deadline: startedAt + DEADLINE_MS },
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
  };
}

function attemptOf(call: CallHeader, { deployment }: CallPlan, number: number): AttemptHeader {
  return {
    ...{
      call,
      attemptId: `${sendingId(call)}:${number}`,
      deploymentId: deployment.id,
      group: deployment.group,
    },
    ...{ upstreamModel: deployment.model, retries: number - 1, fallbacks: 0 },
    clocks: { connectMs: 1_000, firstTokenMs: 1_000, idleMs: 1_000, totalMs: DEADLINE_MS },
    ...{ role: 'primary', arm: null, resumable: false },
  };
}

function eventOf(
  { call, attemptId }: AttemptHeader,
  { deployment }: CallPlan,
  status: UsageStatus,
  input: number,
  output: number,
): UsageEvent {
  const { provider, model, baseModel, prices, group } = deployment;
  const usage = { ...NO_USAGE, input, output };
  const { keyHash, keyAlias, userId, teamId, organizationId, projectId } = call.principal;
  const at = Date.now();
  return usageEvent({
    ...{ id: attemptId, callId: call.id, status, usage, model: group, group, deploymentId: deployment.id },
    costNanos: priceUsage(usage, { provider, model, baseModel, overrides: prices, at }),
    ...{ keyHash, keyAlias, userId, teamId, organizationId, projectId, endUser: call.endUser },
    ...{ tags: call.tags, stream: call.stream, calledAt: call.startedAt, startedAt: at, endedAt: at },
    ...(call.counters !== undefined && { counters: call.counters }),
  });
}
