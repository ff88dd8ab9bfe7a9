import { Injectable } from '@nestjs/common';
import type { Principal } from '@tollgate/contracts';
import { isOwnResponseId, placeOfItem, spliceObject, type Json } from '@tollgate/dialects';
import { inputItemsOf, outputItemsOf, saidIn } from './response-items.js';
import { ResponseRecords } from './response-records.js';

/** Names of what may refer to an earlier turn; a body without them is not taken apart. */
const REFERENCES = ['"previous_response_id"', '"item_reference"'];

/** Puts in place of references to responses of the gateway's own what they refer to. */
@Injectable()
export class EarlierTurns {
  constructor(private readonly records: ResponseRecords) {}

  /**
   * The body of a request, whole: references to a provider's own responses stay, for the provider to resolve. Throws
   * `invalid_request` for a response that is not kept.
   */
  async resolve(body: Buffer, owner: Principal): Promise<Buffer> {
    const request = REFERENCES.some((name) => body.includes(name)) ? parsed(body) : null;
    if (request === null) return body;
    const { input, previous_response_id: previous } = request;
    const turns = isOwnResponseId(previous) ? await this.records.turnsTo(owner, previous) : [];
    const items = await this.dereferenced(inputItemsOf(input), owner);
    if (turns.length === 0 && items === null) return body;
    const whole = [...turns.flatMap(saidIn), ...(items ?? inputItemsOf(input))];
    const edits = {
      input: JSON.stringify(whole),
      ...(turns.length > 0 && { previous_response_id: undefined }),
    };
    return Buffer.from(spliceObject(body, edits));
  }

  /** Null where nothing refers to a response of ours. */
  private async dereferenced(items: readonly Json[], owner: Principal): Promise<Json[] | null> {
    const isOurs = ({ type, id }: Json): boolean => type === 'item_reference' && placeOfItem(id) !== null;
    if (!items.some(isOurs)) return null;
    return Promise.all(items.map(async (item) => (isOurs(item) ? this.referred(item, owner) : item)));
  }

  private async referred(reference: Json, owner: Principal): Promise<Json> {
    const { responseId, place } = placeOfItem(reference['id']) ?? { responseId: '', place: 0 };
    const turn = await this.records.find(owner, responseId);
    const item = turn === null ? undefined : outputItemsOf(turn)[place];
    // One that is not kept stays, and is refused where it cannot be resolved.
    if (item === undefined) return reference;
    const { id: _id, status: _status, ...said } = item;
    return said;
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
