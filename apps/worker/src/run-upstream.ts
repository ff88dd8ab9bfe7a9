import { toGatewayError, type GatewayError } from '@tollgate/contracts';
import {
  Attempt,
  NativeAttempt,
  type Answer,
  type ProviderAttempt,
  type StreamAnswer,
  type Transport,
  type UpstreamCall,
} from '@tollgate/providers';
import { StreamAllowance } from './allowance.js';
import { reserve } from './reservation.js';
import { UsageRecord, type Bill, type Ending } from './usage-record.js';
import { deliverHead, endOf, toldUsage, type Work } from './work.js';

/** One attempt at a provider, its answer handed to the caller and its usage to the ledger. Throws what went wrong. */
export async function runUpstream(work: Work, transport: Transport): Promise<void> {
  const { header, target, context, bus, state } = work;
  const { connection, deployment } = target;
  const body = await context.body.bytes();
  const asked = reserve(bus, header, deployment);
  const reserved = asked instanceof Promise ? await asked : asked;
  const attempt = attemptOf(work, transport, { body, maxOutputTokens: reserved.maxOutputTokens });
  const record = new UsageRecord(bus, header, deployment, connection.apiBase);
  let answer: Answer;
  state.asked();
  try {
    answer = await attempt.open({ clocks: header.clocks, signal: context.aborts });
    state.answered();
    state.limits = attempt.limits;
  } catch (cause) {
    state.limits = attempt.limits;
    await recordUnserved(work, attempt, { record, error: toGatewayError(cause) });
    throw cause;
  }
  if (answer.stream === null) await deliverWhole(work, { answer, attempt, record });
  else {
    const allowance = StreamAllowance.of(bus, header, reserved);
    await deliverStream(work, { ...answer, attempt, record, allowance });
  }
}

/** What is sent: the call as it is translated for the provider, or a request of its own API as it came. */
function attemptOf(
  work: Work,
  transport: Transport,
  { body, maxOutputTokens }: { readonly body: Uint8Array; readonly maxOutputTokens: number | null },
): ProviderAttempt {
  const { header, target } = work;
  const { dialect, native, headers, contentType } = header.call;
  if (native === undefined)
    return new Attempt(transport, target.connection, toCall(work, body, maxOutputTokens));
  const { attemptId, upstreamModel } = header;
  const call = { attemptId, native, upstreamModel, dialect, headers, contentType, body };
  return new NativeAttempt(transport, target.connection, call);
}

function toCall({ header, target }: Work, body: Uint8Array, maxOutputTokens: number | null): UpstreamCall {
  const { call, attemptId, upstreamModel, partial, resumable } = header;
  const { dialect, model, stream, includeUsage, headers, contentType } = call;
  return {
    attemptId,
    dialect,
    model,
    upstreamModel,
    stream,
    includeUsage,
    headers,
    body,
    contentType,
    options: target.deployment,
    partial,
    resumable,
    maxOutputTokens,
  };
}

/** The attempt failed before anything was served; what the provider may have worked by then is billed. */
async function recordUnserved(
  { state }: Work,
  attempt: ProviderAttempt,
  { record, error }: { readonly record: UsageRecord; readonly error: GatewayError },
): Promise<void> {
  if (!attempt.reached) {
    record.discard();
    return;
  }
  const { progress, refused } = attempt;
  const wasWorking =
    !refused && (WORKING.has(error.code) || progress.usage !== null || progress.characters > 0);
  const status = wasWorking ? 'partial' : 'failed';
  state.billed(await record.commit({ status, progress, errorCode: error.code }));
}

/** We hung up on a provider that was at work, or it did on us in the middle: it bills that. */
export const WORKING: ReadonlySet<string> = new Set([
  'cancelled',
  'deadline_exceeded',
  'draining',
  'service_lost',
  'upstream_timeout',
  'upstream_stream_broken',
]);

interface WholeDelivery {
  readonly answer: Extract<Answer, { readonly stream: null }>;
  readonly attempt: ProviderAttempt;
  readonly record: UsageRecord;
}

/** The usage is safe before the caller sees the answer: nothing that was served is ever missing from the ledger. */
async function deliverWhole(work: Work, { answer, attempt, record }: WholeDelivery): Promise<void> {
  const { context, state, target } = work;
  const bill = await record.commit({ status: 'complete', progress: attempt.progress, errorCode: null });
  state.billed(bill);
  const { status, contentType, headers, data } = answer;
  const { apiBase } = target.connection;
  deliverHead(work, { status, contentType, headers, apiBase, bill });
  await context.response.write(data);
  context.response.end(endOf(work, bill));
}

interface StreamDelivery {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Record<string, string>;
  readonly stream: StreamAnswer;
  readonly attempt: ProviderAttempt;
  readonly record: UsageRecord;
  /** null: no budget binds the call. */
  readonly allowance: StreamAllowance | null;
}

async function deliverStream(work: Work, delivery: StreamDelivery): Promise<void> {
  const { context, state, target } = work;
  const { status, contentType, headers, attempt, record } = delivery;
  record.firstTokenAt = Date.now();
  state.firstTokenSeen();
  deliverHead(work, { status, contentType, headers, apiBase: target.connection.apiBase, bill: null });
  const settle = async (ending: Omit<Ending, 'progress'>): Promise<Bill> => {
    const bill = await record.commit({ ...ending, progress: attempt.progress });
    state.billed(bill);
    return bill;
  };
  try {
    await pump(work, delivery);
  } catch (cause) {
    const error = toGatewayError(cause);
    delivery.stream.cancel(error);
    const bill = await settle({ status: 'partial', errorCode: error.code });
    leaveRest(work, attempt, { error, bill });
    throw error;
  }
  context.response.end(endOf(work, await settle({ status: 'complete', errorCode: null })));
}

/** Leaves the rest of a broken answer to another attempt, where one could go on from what the caller has. */
function leaveRest(
  work: Work,
  attempt: ProviderAttempt,
  { error, bill }: { readonly error: GatewayError; readonly bill: Bill },
): void {
  const { context, state } = work;
  // Only the provider's failures: what ends the call itself ends all attempts at it.
  if (!state.delivered || context.aborts.aborted || !error.code.startsWith('upstream_')) return;
  const { served } = attempt;
  if (served === null) return;
  state.partial = { ...served, usage: toldUsage(work, bill) };
  context.response.yield();
}

/** The provider is read no faster than the caller takes: a write resolves when there is credit for another one. */
async function pump(
  { context }: Work,
  { stream, attempt, record, allowance }: StreamDelivery,
): Promise<void> {
  for (;;) {
    const next = stream.next();
    const data = next instanceof Promise ? await next : next;
    if (data === null) return;
    record.progressed(attempt.progress);
    const payment = allowance?.covers(attempt.progress);
    if (payment !== undefined) await payment;
    await context.response.write(data);
    const advance = allowance?.coversNext();
    if (advance !== undefined) await advance;
  }
}
