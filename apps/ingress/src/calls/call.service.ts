import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus, type CallResponse } from '@tollgate/bus';
import {
  completionTokens,
  promptTokens,
  routeCall,
  toGatewayError,
  type CallHeader,
  type Dialect,
} from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import {
  answerBroken,
  callResent,
  clientDisconnected,
  deprecatedModelCalled,
  firstByteSent,
} from '../events.js';
import type { CallContext } from '../http/request-context.js';
import { Admission, type Pass } from './admission.js';
import { answerHeaders } from './answer-headers.js';
import { CallIntake } from './call-intake.js';
import { CallTracker } from './call-tracker.js';
import { readChatRequest } from './chat-request.js';
import { ClientCallIds } from './client-call-ids.js';
import { ClientConnection } from './client-connection.js';
import { relayAnswer, type AnswerHooks, type AnswerResult } from './relay-answer.js';

/** Leases outlive the call's deadline by this, so that a settled call never meets an expired lease. */
const LEASE_MARGIN_MS = 5_000;

/** A call outlives two routers; a third in a row is an outage. */
const MAX_RESENDS = 2;

/** A call from its request to its last byte: check, admit, route, relay, settle. */
@Injectable()
export class CallService {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly admission: Admission,
    private readonly intake: CallIntake,
    private readonly tracker: CallTracker,
    private readonly ids: ClientCallIds,
  ) {}

  /** Answers a chat call. Throws what goes wrong before the first byte; afterwards the answer itself tells. */
  async chat(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<void> {
    const caller = callerOf(request);
    const chat = readChatRequest(request.body, door.dialect, door.pathModel ?? null);
    const applicant = { headers: request.headers, chat, caller };
    const call = this.intake.describe(applicant);
    request.call = call;
    this.ids.note(call);
    if (call.notice !== undefined) deprecatedModelCalled(call.notice.name);
    const header = this.intake.headerOf(call, applicant);
    this.tracker.started();
    try {
      const { scopes } = caller;
      const pass = await this.admission.admit({
        callId: call.id,
        scopes,
        tokens: header.inputTokens,
        now: header.startedAt,
        leaseUntil: header.deadline + LEASE_MARGIN_MS,
      });
      await this.relay(reply, { call, header, body: chat.bytes, pass });
    } finally {
      this.tracker.finished();
    }
  }

  private async relay(reply: FastifyReply, admitted: AdmittedCall): Promise<void> {
    const { call, header, pass } = admitted;
    // A call that fails before its first byte has used nothing that this key pays for.
    let tokens: number | null = 0;
    try {
      // The client may have left while the call was being admitted: nothing is asked of a provider then.
      if (reply.raw.destroyed) {
        abandon(reply, header);
        return;
      }
      const result = await this.answered(reply, admitted, {
        dialect: header.dialect,
        headersOf: (head) => answerHeaders(call, head, pass.headers),
        started: () => {
          tokens = null;
          reply.hijack();
          firstByteSent(header.stream, Date.now() - header.startedAt);
        },
      });
      tokens = tokensOf(result);
      if (result.kind === 'client-gone') abandon(reply, header);
      if (result.kind === 'broken') answerBroken(result.error, call.id);
    } finally {
      pass.settle(tokens);
    }
  }

  /**
   * The answer, of another router when one is lost before it began. Nothing is answered twice and nothing is billed unseen: with
   * `service_lost` the bus has cancelled whatever the lost router had under way, by the id of that sending; what an attempt had
   * cost by then stays on the bill under its own id, which no attempt of the next sending has.
   */
  private async answered(
    reply: FastifyReply,
    { header, body }: AdmittedCall,
    hooks: AnswerHooks,
  ): Promise<AnswerResult> {
    let frames = this.send(header, body);
    const client = new ClientConnection(reply.raw, () => frames.cancel());
    for (let resends = 1; ; resends += 1) {
      try {
        return await relayAnswer(frames, client, hooks);
      } catch (cause) {
        const isLost = toGatewayError(cause).code === 'service_lost';
        if (!isLost || resends > MAX_RESENDS || Date.now() >= header.deadline) throw cause;
        callResent(header.id);
        frames = this.send({ ...header, resends }, body);
      }
    }
  }

  private send(header: CallHeader, body: Uint8Array): CallResponse {
    const { id: callId, resends, deadline } = header;
    const id = resends === undefined ? callId : `${callId}:r${resends}`;
    return this.bus.call(routeCall, header, body, { id, deadline });
  }
}

/** Which way a call came in: the caller's dialect, and a model that its path names. */
export interface Door {
  readonly dialect: Dialect;
  readonly pathModel?: string;
}

interface AdmittedCall {
  readonly call: CallContext;
  readonly header: CallHeader;
  readonly body: Uint8Array;
  readonly pass: Pass;
}

/** The true count where the provider told it; null keeps the estimate. */
function tokensOf(result: AnswerResult): number | null {
  if (result.kind !== 'complete' || result.end.usage === null) return null;
  return promptTokens(result.end.usage) + completionTokens(result.end.usage);
}

/** Nobody is left to answer. */
function abandon(reply: FastifyReply, { id, stream }: CallHeader): void {
  reply.hijack();
  clientDisconnected(stream, id);
}
