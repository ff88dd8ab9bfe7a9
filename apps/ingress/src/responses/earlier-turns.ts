import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { GatewayError, type Principal } from '@tollgate/contracts';
import { isOwnResponseId, placeOfItem, spliceObject, type Json } from '@tollgate/dialects';
import { inputItemsOf, outputItemsOf, saidIn, withoutId } from './response-items.js';
import { ResponseRecords, unknownPrevious } from './response-records.js';

/** Names of what may refer to an earlier turn; a body without them is not taken apart. */
const REFERENCES = ['"previous_response_id"', '"item_reference"'];

export interface ResolvedTurns {
  readonly body: Buffer;
  /** The deployment that keeps what the request goes on from; absent: any may answer. */
  readonly deploymentId?: string;
}

/** Puts in place of references to responses of the gateway's own what they refer to. */
@Injectable()
export class EarlierTurns {
  constructor(
    private readonly records: ResponseRecords,
    private readonly config: LiveConfig,
  ) {}

  /**
   * The body of a request, whole: references to a provider's own responses stay, for the provider to resolve. Throws
   * `invalid_request` for a response that is not kept, `body_too_large` where the whole is longer than a request may be.
   */
  async resolve(body: Buffer, owner: Principal): Promise<ResolvedTurns> {
    const request = REFERENCES.some((name) => body.includes(name)) ? parsed(body) : null;
    if (request === null) return { body };
    const deploymentId = await this.keeperOf(request['previous_response_id'], owner);
    const whole = await this.whole(body, request, owner);
    return deploymentId === undefined ? { body: whole } : { body: whole, deploymentId };
  }

  private async whole(body: Buffer, request: Json, owner: Principal): Promise<Buffer> {
    const { input, previous_response_id: previous } = request;
    const turns = isOwnResponseId(previous) ? await this.records.turnsTo(owner, previous) : [];
    const items = await this.dereferenced(inputItemsOf(input), owner);
    if (turns.length === 0 && items === null) return body;
    const said = [...turns.flatMap(saidIn), ...(items ?? inputItemsOf(input))];
    const edits = {
      input: JSON.stringify(said),
      ...(turns.length > 0 && { previous_response_id: undefined }),
    };
    const resolved = Buffer.from(spliceObject(body, edits));
    if (resolved.length > this.config.current.general.maxRequestBytes) throw tooLarge();
    return resolved;
  }

  /** Who keeps a provider's own response. All callers share the provider's account: it would go on from anybody's. */
  private async keeperOf(previous: unknown, owner: Principal): Promise<string | undefined> {
    if (typeof previous !== 'string' || isOwnResponseId(previous)) return undefined;
    const keeper = await this.records.keeperOf(owner, previous);
    if (keeper === null && !owner.isAdmin) throw unknownPrevious(previous);
    return keeper?.deploymentId;
  }

  /** Null where nothing refers to a response of ours. */
  private async dereferenced(items: readonly Json[], owner: Principal): Promise<Json[] | null> {
    const places = items.map(({ type, id }) => (type === 'item_reference' ? placeOfItem(id) : null));
    const ids = new Set(places.flatMap((place) => place?.responseId ?? []));
    if (ids.size === 0) return null;
    const found = [...ids].map(async (id) => [id, await this.records.find(owner, id)] as const);
    const turns = new Map(await Promise.all(found));
    // One that is not kept stays a reference, and is refused where nobody can resolve it.
    return items.map((item, index) => {
      const { responseId, place } = places[index] ?? { responseId: '', place: 0 };
      const turn = turns.get(responseId) ?? null;
      const said = turn === null ? undefined : outputItemsOf(turn)[place];
      return said === undefined ? item : withoutId(said);
    });
  }
}

/** Null for what is no JSON object: it is refused where every body is read. */
function parsed(body: Buffer): Json | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}

const tooLarge = (): GatewayError =>
  new GatewayError('body_too_large', 'The conversation is longer than a request may be: begin a new one.');
