import type { Principal, ResponseHead } from '@tollgate/contracts';
import {
  SseDecoder,
  isOwnResponseId,
  isResponseUnderWay,
  type Json,
  type SseEvent,
} from '@tollgate/dialects';
import { NOTHING, type AnswerStage } from '../calls/answer-stages.js';
import { responseKept } from '../events.js';
import { inputItemsOf } from './response-items.js';
import type { ResponseRecords } from './response-records.js';

/** A whole answer that is longer than this is not kept. */
const MAX_BYTES = 8 * 1024 * 1024;
const OPEN_BRACE = 0x7b;

/** What a response answers. */
export interface AskedResponse {
  /** As its caller sent it. */
  readonly body: Buffer;
  readonly model: string;
}

/**
 * Keeps the response that an answer turns out to be, before its client has the end of it: the client's next request may refer to
 * it. An answer of a provider that keeps its responses itself is looked at no further than its id.
 */
export class ResponseWatch implements AnswerStage {
  private readonly decoder = new SseDecoder();
  private readonly parts: Uint8Array[] = [];
  private bytes = 0;
  private head: ResponseHead | undefined;
  /** Null before the answer's first byte. */
  private kind: 'whole' | 'stream' | 'not-ours' | null = null;

  constructor(
    private readonly records: ResponseRecords,
    private readonly owner: Principal,
    private readonly asked: AskedResponse,
  ) {}

  begin(head: ResponseHead): void {
    this.head = head;
  }

  see(data: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const kept = this.keepWhole(data);
    return kept === undefined ? data : kept.then(() => data);
  }

  async end(): Promise<Uint8Array> {
    if (this.kind !== 'whole') return NOTHING;
    const response = parsed(Buffer.concat(this.parts).toString('utf8'));
    if (response !== null) await this.keep(response);
    return NOTHING;
  }

  /** Reads on, up to the event with the whole response. */
  private keepWhole(data: Uint8Array): Promise<void> | undefined {
    this.kind ??= data[0] === OPEN_BRACE ? 'whole' : 'stream';
    if (this.kind === 'whole') this.gather(data);
    if (this.kind !== 'stream') return undefined;
    for (const event of this.decoder.push(data)) {
      const response = responseOf(event);
      if (response === null) continue;
      if (!isOwnResponseId(response['id'])) {
        this.kind = 'not-ours';
        return this.own(response, false);
      }
      if (response['status'] !== 'in_progress') return this.keep(response);
    }
    return undefined;
  }

  private gather(data: Uint8Array): void {
    this.bytes += data.byteLength;
    if (this.bytes <= MAX_BYTES) this.parts.push(data);
    else this.kind = 'not-ours';
  }

  /** NOTE a stream tells in its end what the response cost, whatever goes on in the background. */
  private async own({ id }: Json, isUnderWay: boolean): Promise<void> {
    if (typeof id !== 'string' || this.head === undefined) return;
    const { provider, deploymentId } = this.head;
    try {
      const keeper = { provider, deploymentId, model: this.asked.model };
      await this.records.own(this.owner, id, { ...keeper, isUnderWay });
    } catch (cause) {
      responseKept('state-down', cause);
    }
  }

  private async keep(response: Json): Promise<void> {
    if (!isOwnResponseId(response['id'])) return this.own(response, isResponseUnderWay(response));
    const request = parsed(this.asked.body.toString('utf8')) ?? {};
    if (request['store'] === false) return;
    const previous = request['previous_response_id'];
    try {
      const isKept = await this.records.keep(this.owner, {
        response: { ...response, previous_response_id: previous ?? null },
        input: inputItemsOf(request['input']),
        previous: isOwnResponseId(previous) ? previous : null,
      });
      responseKept(isKept ? 'kept' : 'too-long');
    } catch (cause) {
      // The answer is good, whether or not another turn can go on from it.
      responseKept('state-down', cause);
    }
  }
}

/** Events that hold a response: the first and the last of a stream. */
function responseOf({ event, data }: SseEvent): Json | null {
  if (event !== null && !/^response\.(?:created|completed|incomplete)$/.test(event)) return null;
  const response = parsed(data)?.['response'];
  return typeof response === 'object' && response !== null ? (response as Json) : null;
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}
