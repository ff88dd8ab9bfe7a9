import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus, type CallResponse } from '@tollgate/bus';
import { routeCall, sendingId, toGatewayError, type CallHeader } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { ResponseCache } from '../cache/response-cache.js';
import { answerBroken, callResent, clientDisconnected, deprecatedModelCalled } from '../events.js';
import type { GuardedCall } from '../guardrails/guarded-call.js';
import { Guardrails } from '../guardrails/guardrails.js';
import type { CallContext } from '../http/request-context.js';
import type { AnswerStage } from './answer-stages.js';
import { CallEntry } from './call-entry.js';
import { CallIntake, type Applicant, type DescribedCall } from './call-intake.js';
import { readCallRequest, type CallRequest, type Door } from './call-request.js';
import { CallTracker } from './call-tracker.js';
import { ClientCallIds } from './client-call-ids.js';
import { ClientConnection } from './client-connection.js';
import { relayAnswer, type AnswerRelay, type AnswerResult } from './relay-answer.js';
import { Sending } from './sending.js';
import { NOTHING_USED } from './settled-use.js';

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
      const guarding = this.guardrails.guard(call, applicant);
      const guarded = guarding instanceof Promise ? await guarding : guarding;
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
    const turning = this.cache.turnOf(described.header, applicant);
    const turn = turning === null ? null : await turning;
    const isAnswered = turn !== null && turn.give !== null;
    const entering = isAnswered
      ? this.entry.enterFree(described, applicant)
      : this.entry.enter(call, described, applicant);
    const entered = entering instanceof Promise ? await entering : entering;
    // What another model says, for the want of a budget, is no answer to what was asked.
    const cached = turn !== null && entered.header.model === described.header.model ? turn.stages : NO_STAGES;
    const all = [...cached, ...guarded.stages, ...stages];
    await this.relay(reply, new Sending(reply, entered, { call, turn, guarded, stages: all }), relay);
  }

  private async relay(reply: FastifyReply, sending: Sending, relay: AnswerRelay): Promise<void> {
    try {
      // The client may have left while the call was being admitted: nothing is asked of a provider then.
      if (reply.raw.destroyed) {
        abandon(reply, sending.header);
        return;
      }
      const result = await this.answered(reply, sending, relay);
      sending.ended(result);
      if (result.kind === 'client-gone') abandon(reply, sending.header);
      if (result.kind === 'broken') answerBroken(result.error, sending.header.id);
      if (result.kind === 'refused') throw result.error;
    } catch (cause) {
      sending.failed(cause);
      throw cause;
    } finally {
      sending.settle();
    }
  }

  /**
   * The answer, of another router when one is lost before it began. Nothing is answered twice and nothing is billed unseen: with
   * `service_lost` the bus has cancelled whatever the lost router had under way, by the id of that sending; what an attempt had
   * cost by then stays on the bill under its own id, which no attempt of the next sending has, and on the reservation of that
   * sending. The next one has its own, or is not made.
   */
  private async answered(reply: FastifyReply, sending: Sending, relay: AnswerRelay): Promise<AnswerResult> {
    let frames = this.send(sending);
    const client = new ClientConnection(reply.raw, () => frames.cancel());
    for (let resends = 1; ; resends += 1) {
      try {
        return await relay(frames, client, sending);
      } catch (cause) {
        const isLost = toGatewayError(cause).code === 'service_lost';
        if (!isLost || resends > MAX_RESENDS || Date.now() >= sending.header.deadline) throw cause;
        const pass = await sending.pass.renew(resends);
        if (pass === null) throw cause;
        if (client.gone) {
          pass.settle(NOTHING_USED);
          return { kind: 'client-gone' };
        }
        sending.again(pass, resends);
        callResent(sending.header.id);
        frames = this.send(sending);
      }
    }
  }

  private send({ header, given, body }: Sending): CallResponse {
    if (given !== null) return given();
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

const NO_STAGES: readonly AnswerStage[] = [];

/** Nobody is left to answer. */
function abandon(reply: FastifyReply, { id, stream }: CallHeader): void {
  reply.hijack();
  clientDisconnected(stream, id);
}
