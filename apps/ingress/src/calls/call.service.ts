import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus, type CallResponse } from '@tollgate/bus';
import { routeCall, sendingId, toGatewayError, type CallHeader } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { ResponseCache, type CacheTurn } from '../cache/response-cache.js';
import {
  answerBroken,
  callResent,
  clientDisconnected,
  deprecatedModelCalled,
  firstByteSent,
} from '../events.js';
import type { GuardedCall } from '../guardrails/guarded-call.js';
import { Guardrails } from '../guardrails/guardrails.js';
import type { CallContext } from '../http/request-context.js';
import { answerHeaders } from './answer-headers.js';
import type { AnswerStage } from './answer-stages.js';
import { CallEntry } from './call-entry.js';
import { CallIntake, type Applicant, type DescribedCall } from './call-intake.js';
import { readCallRequest, type CallRequest, type Door } from './call-request.js';
import { CallTracker } from './call-tracker.js';
import { ClientCallIds } from './client-call-ids.js';
import { ClientConnection } from './client-connection.js';
import { EventArray } from './event-array.js';
import type { Pass } from './pass.js';
import { relayAnswer, type AnswerHooks, type AnswerRelay, type AnswerResult } from './relay-answer.js';
import { firstAttemptOf, isUnseen, NOTHING_USED, settlementOf } from './settled-use.js';

/** A call outlives two routers; a third in a row is an outage. */
const MAX_RESENDS = 2;

/** A call from its request to its last byte: check, admit, route, relay, settle. */
@Injectable()
export class CallService {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly entry: CallEntry,
    private readonly intake: CallIntake,
    private readonly tracker: CallTracker,
    private readonly ids: ClientCallIds,
    private readonly cache: ResponseCache,
    private readonly guardrails: Guardrails,
  ) {}

  /** Answers a call of a model, by way of the stages. Throws what goes wrong before the first byte; afterwards the answer itself tells. */
  answer(
    request: FastifyRequest,
    reply: FastifyReply,
    door: Door,
    stages: readonly AnswerStage[] = [],
  ): Promise<void> {
    const { headers, body } = request;
    return this.take(request, reply, { asked: readCallRequest(body, door, headers['content-type']), stages });
  }

  /** Answers a request that was read already. */
  async take(
    request: FastifyRequest,
    reply: FastifyReply,
    { asked, stages = [], relay = relayAnswer }: TakenRequest,
  ): Promise<void> {
    const applicant = { headers: request.headers, asked, caller: callerOf(request) };
    const call = this.intake.describe(applicant);
    request.call = call;
    this.ids.note(call);
    if (call.notice !== undefined) deprecatedModelCalled(call.notice.name);
    const described = this.intake.headerOf(call, applicant);
    this.tracker.started();
    try {
      const guarded = await this.guardrails.guard(call, applicant);
      await (guarded.asked === asked
        ? this.enter(reply, { call, described, applicant, guarded, stages, relay })
        : this.enterChanged(reply, { call, applicant, guarded, stages, relay }));
    } finally {
      this.tracker.finished();
    }
  }

  /** With texts that are not those that came: the call is described anew. */
  private enterChanged(reply: FastifyReply, checked: Omit<CheckedCall, 'described'>): Promise<void> {
    const applicant = { ...checked.applicant, asked: checked.guarded.asked };
    const described = this.intake.headerOf(checked.call, applicant);
    return this.enter(reply, { ...checked, applicant, described });
  }

  private async enter(reply: FastifyReply, checked: CheckedCall): Promise<void> {
    const { call, described, applicant, guarded, stages, relay } = checked;
    const turn = await this.cache.turnOf(described.header, applicant);
    const isAnswered = turn !== null && turn.give !== null;
    const { header, pass } = isAnswered
      ? await this.entry.enterFree(described, applicant)
      : await this.entry.enter(call, described, applicant);
    // What another model says, for the want of a budget, is no answer to what was asked.
    const cached = turn !== null && header.model === described.header.model ? turn.stages : [];
    await this.relay(reply, {
      ...{ call, header, pass, turn, guarded, relay },
      stages: [...cached, ...guarded.stages, ...stages],
    });
  }

  private async relay(reply: FastifyReply, admitted: AdmittedCall): Promise<void> {
    const { call, header, pass, stages, turn, guarded, relay } = admitted;
    const sending: Sending = { header, pass, attemptId: firstAttemptOf(header) };
    // A call that fails before its first byte has used nothing that this key pays for.
    let settlement = NOTHING_USED;
    try {
      // The client may have left while the call was being admitted: nothing is asked of a provider then.
      if (reply.raw.destroyed) {
        abandon(reply, header);
        return;
      }
      const headers = { ...pass.headers, ...turn?.headers, ...guarded.headers };
      const send = turn?.give ?? ((sent: CallHeader) => this.send(sent, guarded.asked.bytes));
      const way = { send, relay };
      const result = await this.answered(reply, sending, way, {
        dialect: header.dialect,
        stages,
        beside: guarded.beside,
        array: guarded.asked.isArray === true ? new EventArray() : undefined,
        headersOf: (head) => answerHeaders(call, head, headers),
        heard: (head) => {
          sending.attemptId = head.attemptId;
        },
        started: () => {
          settlement = { tokens: null, costNanos: null, attemptId: sending.attemptId };
          firstByteSent(header.stream, Date.now() - header.startedAt);
        },
        claimed: () => {
          reply.hijack();
        },
      });
      settlement = settlementOf('end' in result ? result.end : null, sending.attemptId);
      if (result.kind === 'client-gone') abandon(reply, header);
      if (result.kind === 'broken') answerBroken(result.error, call.id);
      if (result.kind === 'refused') throw result.error;
    } catch (cause) {
      if (isUnseen(cause)) settlement = { ...settlement, costNanos: null };
      throw cause;
    } finally {
      sending.pass.settle(settlement);
    }
  }

  /**
   * The answer, of another router when one is lost before it began. Nothing is answered twice and nothing is billed unseen: with
   * `service_lost` the bus has cancelled whatever the lost router had under way, by the id of that sending; what an attempt had
   * cost by then stays on the bill under its own id, which no attempt of the next sending has, and on the reservation of that
   * sending. The next one has its own, or is not made.
   */
  private async answered(
    reply: FastifyReply,
    sending: Sending,
    { send, relay }: AnswerWay,
    hooks: AnswerHooks,
  ): Promise<AnswerResult> {
    let frames = send(sending.header);
    const client = new ClientConnection(reply.raw, () => frames.cancel());
    for (let resends = 1; ; resends += 1) {
      try {
        return await relay(frames, client, hooks);
      } catch (cause) {
        const isLost = toGatewayError(cause).code === 'service_lost';
        if (!isLost || resends > MAX_RESENDS || Date.now() >= sending.header.deadline) throw cause;
        const pass = await sending.pass.renew(resends);
        if (pass === null) throw cause;
        if (client.gone) {
          pass.settle(NOTHING_USED);
          return { kind: 'client-gone' };
        }
        const header = { ...sending.header, ...pass.allowance, resends };
        Object.assign(sending, { pass, header, attemptId: firstAttemptOf(header) });
        callResent(header.id);
        frames = send(header);
      }
    }
  }

  private send(header: CallHeader, body: Uint8Array): CallResponse {
    return this.bus.call(routeCall, header, body, { id: sendingId(header), deadline: header.deadline });
  }
}

interface TakenRequest {
  readonly asked: CallRequest;
  readonly stages?: readonly AnswerStage[];
  /** Default: an answer over HTTP. */
  readonly relay?: AnswerRelay;
}

/** A call that its caller may make, by its names and by its guardrails. */
interface CheckedCall {
  readonly call: CallContext;
  readonly described: DescribedCall;
  readonly applicant: Applicant;
  readonly guarded: GuardedCall;
  readonly stages: readonly AnswerStage[];
  readonly relay: AnswerRelay;
}

/** Where a call's frames come from, and how they get to the client. */
interface AnswerWay {
  readonly send: (header: CallHeader) => CallResponse;
  readonly relay: AnswerRelay;
}

interface AdmittedCall {
  readonly call: CallContext;
  readonly header: CallHeader;
  readonly pass: Pass;
  readonly guarded: GuardedCall;
  readonly turn: CacheTurn | null;
  readonly stages: readonly AnswerStage[];
  readonly relay: AnswerRelay;
}

/** What of a call is under way. */
interface Sending {
  header: CallHeader;
  pass: Pass;
  /** The attempt that answers, as far as it is known. */
  attemptId: string;
}

/** Nobody is left to answer. */
function abandon(reply: FastifyReply, { id, stream }: CallHeader): void {
  reply.hijack();
  clientDisconnected(stream, id);
}
