import { Inject, Injectable } from '@nestjs/common';
import { GatewayError, type Principal } from '@tollgate/contracts';
import { isOwnResponseId, type Json } from '@tollgate/dialects';
import { STATE, type State } from '@tollgate/state';
import { tenantOf } from '../auth/tenant.js';

/** A response as it is kept, with what led to it. */
export interface ResponseRecord {
  readonly response: Json;
  /** What the caller said this time, not what was said before. */
  readonly input: readonly Json[];
  /** The response that this one goes on from. */
  readonly previous: string | null;
}

/** Where a response is that its provider keeps. */
export interface ResponseKeeper {
  readonly provider: string;
  readonly deploymentId: string;
  /** As its caller named it. */
  readonly model: string;
}

/** As long as OpenAI keeps them. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;
/** A longer one is answered, but not kept. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Turns of one conversation. */
const MAX_TURNS = 1_000;

/**
 * Responses of providers that have none of their own, kept for their callers: a team's keys share them, any other key has its own.
 */
@Injectable()
export class ResponseRecords {
  constructor(@Inject(STATE) private readonly state: State) {}

  /** False: it is too long. */
  async keep(owner: Principal, record: ResponseRecord): Promise<boolean> {
    const text = JSON.stringify(record);
    if (Buffer.byteLength(text) > MAX_BYTES) return false;
    await this.state.keepText(nameOf(owner, String(record.response['id'])), text, KEPT_MS);
    return true;
  }

  /** Null for one that is not kept, or not for this caller. */
  async find(owner: Principal, id: string): Promise<ResponseRecord | null> {
    if (!isOwnResponseId(id)) return null;
    const text = await this.state.findText(nameOf(owner, id));
    return text === null ? null : (JSON.parse(text) as ResponseRecord);
  }

  /** Remembers whose a response is that its provider keeps, for by the provider's account there is no telling, and where it is. */
  async own(
    owner: Principal,
    id: string,
    { isUnderWay, ...keeper }: ResponseKeeper & { readonly isUnderWay: boolean },
  ): Promise<void> {
    await this.state.keepText(ownerNameOf(owner, id), JSON.stringify(keeper), KEPT_MS);
    if (isUnderWay) await this.noteUnbilled(owner, id);
  }

  /** Where a response is that a provider keeps for this caller; null: nowhere, as far as this caller is concerned. */
  async keeperOf(owner: Principal, id: string): Promise<ResponseKeeper | null> {
    const text = await this.state.findText(ownerNameOf(owner, id));
    return text === null ? null : (JSON.parse(text) as ResponseKeeper);
  }

  async disown(owner: Principal, id: string): Promise<void> {
    await this.state.dropText(ownerNameOf(owner, id));
  }

  /** A response goes on in the background: what it costs is not known before it is asked for again. */
  noteUnbilled(owner: Principal, id: string): Promise<void> {
    return this.state.keepText(unbilledNameOf(owner, id), UNBILLED, KEPT_MS);
  }

  /** True for one of all who ask: whoever gets it bills the response, or notes it anew. */
  takeUnbilled(owner: Principal, id: string): Promise<boolean> {
    return this.state.dropText(unbilledNameOf(owner, id));
  }

  drop(owner: Principal, id: string): Promise<boolean> {
    return isOwnResponseId(id) ? this.state.dropText(nameOf(owner, id)) : Promise.resolve(false);
  }

  /**
   * All that was said up to and in a response, the first first. Throws `invalid_request` where a part of it is not kept, or where
   * there are too many turns.
   */
  async turnsTo(owner: Principal, id: string): Promise<ResponseRecord[]> {
    const turns: ResponseRecord[] = [];
    for (let next: string | null = id; next !== null;) {
      if (turns.length === MAX_TURNS) throw tooLong();
      const turn: ResponseRecord | null = await this.find(owner, next);
      if (turn === null) throw unknownPrevious(next);
      turns.unshift(turn);
      next = turn.previous;
    }
    return turns;
  }
}

const nameOf = (owner: Principal, id: string): string => `response:${tenantOf(owner)}:${id}`;

const ownerNameOf = (owner: Principal, id: string): string => `response-owner:${tenantOf(owner)}:${id}`;

const UNBILLED = '1';
const unbilledNameOf = (owner: Principal, id: string): string => `response-unbilled:${tenantOf(owner)}:${id}`;

export const unknownPrevious = (id: string): GatewayError =>
  new GatewayError('invalid_request', `Previous response with id '${id}' not found.`, {
    param: 'previous_response_id',
    upstreamCode: 'previous_response_not_found',
  });

const tooLong = (): GatewayError =>
  new GatewayError('invalid_request', `The conversation has more than ${MAX_TURNS} turns: begin a new one.`, {
    param: 'previous_response_id',
  });
