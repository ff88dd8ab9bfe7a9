import { GatewayError, sessionRequest, toGatewayError } from '@tollgate/contracts';
import { openSession, type OpenSession } from '@tollgate/providers';
import { encodeSessionRecord, type SessionRecord } from '@tollgate/websocket';
import { reserve } from '../reservation.js';
import { deliverHead, endOf, type Work } from '../work.js';
import { HeldSession } from './held-session.js';
import { SessionAllowance } from './session-allowance.js';
import { SessionBill } from './session-bill.js';
import type { Sessions } from './sessions.js';

/** What a provider may take to agree to the end of a session that is over for us. */
const FAREWELL_MS = 1_000;
/** A connection that was lost instead of closed. */
const LOST = 1006;

/** One session at a provider, its messages handed to the caller and its usage to the ledger. Throws what went wrong. */
export async function runSession(work: Work, sessions: Sessions): Promise<void> {
  const { header, target, context, bus, state } = work;
  if (header.role === 'mirror' || target.deployment.mockResponse !== null) throw notOfSessions();
  const reserved = await reserve(bus, header, target.deployment);
  const bill = new SessionBill(work);
  const opened = await open(work).catch((cause: unknown) => {
    // Nobody is billed for a session that has not begun.
    bill.discard();
    throw cause;
  });
  state.limits = opened.limits;
  bill.opened();
  const session = new HeldSession(header, opened.socket, context.response);
  sessions.began(header.attemptId, session);
  deliverHead(work, {
    ...{ status: 101, contentType: 'application/json', headers: opened.headers, bill: null },
    apiBase: target.connection.apiBase,
    address: bus.address,
  });
  const allowance = SessionAllowance.of(bus, header, reserved);
  try {
    await pump(work, opened, { session, bill, allowance });
  } catch (cause) {
    const error = toGatewayError(cause);
    state.billed(await bill.commit({ status: 'partial', errorCode: error.code }));
    throw error;
  } finally {
    sessions.ended(header.attemptId);
  }
  const status = bill.isCounted ? 'complete' : 'partial';
  const used = await bill.commit({ status, errorCode: null });
  state.billed(used);
  context.response.end(endOf(work, used));
}

async function open({ header, target, context, state }: Work): Promise<OpenSession> {
  const { attemptId, upstreamModel, call, clocks } = header;
  const { query } = sessionRequest.parse(JSON.parse(Buffer.from(await context.body.bytes()).toString()));
  state.asked();
  const wanted = { attemptId, upstreamModel, headers: call.headers, query };
  const opened = await openSession(target.connection, wanted, { clocks, signal: context.aborts });
  state.answered();
  state.firstTokenSeen();
  return opened;
}

interface Parts {
  readonly session: HeldSession;
  readonly bill: SessionBill;
  /** null: no budget binds the call. */
  readonly allowance: SessionAllowance | null;
}

/** The provider is read no faster than the caller takes, until either ends the session. */
async function pump({ context }: Work, { socket }: OpenSession, parts: Parts): Promise<void> {
  const leave = (): void => {
    socket.close(1001);
    setTimeout(() => socket.terminate(), FAREWELL_MS).unref();
  };
  context.aborts.addEventListener('abort', leave);
  if (context.aborts.aborted) leave();
  try {
    for (let isOver = false; !isOver;) {
      for (const record of await socket.take()) {
        isOver = record.kind === 'close';
        if (isOver) assertClosed(record, context.aborts);
        await pass(context.response, record, parts);
      }
    }
  } catch (cause) {
    leave();
    throw cause;
  } finally {
    context.aborts.removeEventListener('abort', leave);
  }
}

async function pass(
  response: Work['context']['response'],
  record: SessionRecord,
  { session, bill, allowance }: Parts,
): Promise<void> {
  const hasUsed = record.kind === 'text' && bill.see(record.data);
  const payment = hasUsed ? allowance?.covers(bill.usedNanos) : undefined;
  if (payment !== undefined) await payment;
  await response.write(encodeSessionRecord(session.toCaller(record)));
  const advance = hasUsed ? allowance?.coversNext() : undefined;
  if (advance !== undefined) await advance;
}

/** Throws why a session ended that nobody closed. */
function assertClosed(record: SessionRecord, aborts: Work['context']['aborts']): void {
  if (aborts.aborted) throw toGatewayError(aborts.reason);
  if (record.kind === 'close' && record.code === LOST)
    throw new GatewayError('upstream_stream_broken', 'The provider broke off the session.');
}

const notOfSessions = (): GatewayError =>
  new GatewayError('endpoint_unsupported', 'This deployment has no sessions.', { param: 'model' });
