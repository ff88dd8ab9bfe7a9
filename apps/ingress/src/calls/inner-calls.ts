import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { GatewayError, routeCall, sendingId, type Dialect, type ResponseEnd } from '@tollgate/contracts';
import type { Caller } from '../auth/caller.js';
import { CallEntry } from './call-entry.js';
import { CallIntake } from './call-intake.js';
import { readCallRequest } from './call-request.js';
import { firstAttemptOf, isUnseen, NOTHING_USED, settlementOf } from './settled-use.js';

/** A call that the gateway makes for the sake of another one. */
export interface InnerCall {
  /** Whose call it is made for, and who pays. */
  readonly caller: Caller;
  readonly dialect: Dialect;
  /** With the model, which is the config's choice: the caller need not be allowed it. */
  readonly body: object;
  readonly timeoutMs: number;
}

/** Longer answers are not what was asked for. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Calls of models that no client has made: they go the way of all others, whole, and are on their caller's bill. */
@Injectable()
export class InnerCalls {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly entry: CallEntry,
    private readonly intake: CallIntake,
  ) {}

  /** The answer's JSON. Rejects as any call does. */
  async ask({ caller, dialect, body, timeoutMs }: InnerCall): Promise<unknown> {
    const asked = readCallRequest(Buffer.from(JSON.stringify(body)), { dialect });
    const { routing: _routing, ...principal } = caller.principal;
    const applicant = { headers: {}, asked, caller: { ...caller, principal: { ...principal, models: [] } } };
    const described = this.intake.headerOf(this.intake.describe(applicant), applicant);
    described.header.deadline = Math.min(described.header.deadline, Date.now() + timeoutMs);
    const { header, pass } = await this.entry.enterInner(described, applicant);
    // A call that fails before its first byte has used nothing.
    let settlement = NOTHING_USED;
    let attemptId = firstAttemptOf(header);
    let end: ResponseEnd | null = null;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    try {
      const { deadline } = header;
      for await (const frame of this.bus.call(routeCall, header, asked.bytes, {
        id: sendingId(header),
        deadline,
      })) {
        if (frame.type === 'head') ({ attemptId } = frame.head);
        else if (frame.type === 'end') ({ end } = frame);
        else parts.push(frame.data);
        if (frame.type === 'data') bytes += frame.data.byteLength;
        settlement = settlementOf(end, attemptId);
        if (bytes > MAX_BYTES) throw new GatewayError('upstream_invalid_response', 'The answer is too long');
      }
    } catch (cause) {
      if (isUnseen(cause)) settlement = { ...settlement, costNanos: null };
      throw cause;
    } finally {
      pass.settle(settlement);
    }
    return jsonOf(Buffer.concat(parts));
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new GatewayError('upstream_invalid_response', 'The answer is not JSON', { cause });
  }
}
