import type { CallResponse } from '@tollgate/bus';
import type { CallHeader, Dialect, ResponseHead } from '@tollgate/contracts';
import type { FastifyReply } from 'fastify';
import type { CacheTurn } from '../cache/response-cache.js';
import { firstByteSent } from '../events.js';
import type { GuardedCall } from '../guardrails/guarded-call.js';
import type { CallContext } from '../http/request-context.js';
import { answerHeaders } from './answer-headers.js';
import type { AnswerStage } from './answer-stages.js';
import type { EnteredCall } from './call-entry.js';
import { EventArray } from './event-array.js';
import type { Pass, Settlement } from './pass.js';
import type { AnswerHooks, AnswerResult } from './relay-answer.js';
import { firstAttemptOf, isUnseen, NOTHING_USED, settlementOf } from './settled-use.js';

interface SentCall {
  readonly call: CallContext;
  readonly guarded: GuardedCall;
  readonly turn: CacheTurn | null;
  readonly stages: readonly AnswerStage[];
}

/** A call that was let in, under way: what is sent, what its answer is told, and what it is settled with in the end. */
export class Sending implements AnswerHooks {
  header: CallHeader;
  pass: Pass;
  readonly stages: readonly AnswerStage[];
  readonly beside: GuardedCall['beside'];
  readonly array: EventArray | undefined;
  /** The attempt that answers, as far as it is known. */
  private attemptId: string;
  /** A call that fails before its first byte has used nothing that this key pays for. */
  private settlement: Settlement = NOTHING_USED;

  constructor(
    private readonly reply: FastifyReply,
    { header, pass }: EnteredCall,
    private readonly sent: SentCall,
  ) {
    const { guarded, stages } = sent;
    this.header = header;
    this.pass = pass;
    this.stages = stages;
    this.beside = guarded.beside;
    this.array = guarded.asked.isArray === true ? new EventArray() : undefined;
    this.attemptId = firstAttemptOf(header);
  }

  get dialect(): Dialect {
    return this.header.dialect;
  }

  get body(): Uint8Array {
    return this.sent.guarded.asked.bytes;
  }

  /** The answer that is there already; null: a router is to be asked. */
  get given(): (() => CallResponse) | null {
    return this.sent.turn?.give ?? null;
  }

  /** To another router, which reserves by itself. */
  again(pass: Pass, resends: number): void {
    this.pass = pass;
    this.header = { ...this.header, ...pass.allowance, resends };
    this.attemptId = firstAttemptOf(this.header);
  }

  headersOf(head: ResponseHead): Record<string, string> {
    const { call, turn, guarded } = this.sent;
    return answerHeaders(call, head, [this.pass.headers, turn?.headers, guarded.headers]);
  }

  heard(head: ResponseHead): void {
    this.attemptId = head.attemptId;
  }

  started(): void {
    this.settlement = { tokens: null, costNanos: null, attemptId: this.attemptId };
    firstByteSent(this.header.stream, Date.now() - this.header.startedAt);
  }

  claimed(): void {
    this.reply.hijack();
  }

  ended(result: AnswerResult): void {
    this.settlement = settlementOf('end' in result ? result.end : null, this.attemptId);
  }

  failed(cause: unknown): void {
    if (isUnseen(cause)) this.settlement = { ...this.settlement, costNanos: null };
  }

  settle(): void {
    this.pass.settle(this.settlement);
  }
}
