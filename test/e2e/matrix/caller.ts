import type { FaultLab } from '@tollgate/testing';
import { MASTER_KEY, eventually, json } from '../_seed.js';
import { groupOf, type Back } from './backs.js';
import {
  eventsOf,
  type Ask,
  type Front,
  type FrontRequest,
  type Json,
  type Said,
  type StreamEvent,
} from './front.js';

export interface Subject {
  readonly url: string;
  readonly lab: FaultLab;
}

const HEADERS = { ...json, authorization: `Bearer ${MASTER_KEY}` };

interface SpendRow {
  readonly status: string;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly metadata: object;
}

/** A caller of one dialect in front of one provider. */
export class Caller {
  constructor(
    private readonly subject: Subject,
    readonly front: Front,
    readonly back: Back,
  ) {}

  asks(ask: Ask): FrontRequest {
    return this.front.request(groupOf(this.back), ask);
  }

  send({ path, body }: FrontRequest): Promise<Response> {
    return fetch(`${this.subject.url}${path}`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(body),
    });
  }

  /** The answer as the caller reads it, after it was seen that the ledger has what the lab served. */
  async hears(request: FrontRequest): Promise<{ said: Said; answer: Json }> {
    const response = await this.send(request);
    const text = await response.text();
    expect([response.status, response.status === 200 ? '' : text]).toEqual([200, '']);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const answer = isStream ? {} : (JSON.parse(text) as Json);
    const said = isStream ? this.front.streamed(eventsOf(text)) : this.front.whole(answer);
    const served = this.subject.lab.calls().at(-1);
    expect([said.inputTokens, said.outputTokens]).toEqual([served?.promptTokens, served?.completionTokens]);
    expect(await this.spent(response)).toMatchObject({
      ...{ status: 'success', prompt_tokens: served?.promptTokens },
      completion_tokens: served?.completionTokens,
    });
    return { said, answer };
  }

  /** The events of a stream that may have been broken off. */
  async listens(ask: Ask): Promise<{ events: StreamEvent[]; row: SpendRow }> {
    const response = await this.send(this.asks({ ...ask, stream: true }));
    const events = eventsOf(await response.text());
    return { events, row: await this.spent(response) };
  }

  /** The only row of the ledger that a call has. */
  private async spent(response: Response): Promise<SpendRow> {
    const id = response.headers.get('x-tollgate-call-id') ?? '';
    const read = async (): Promise<SpendRow[]> => {
      const rows = await fetch(`${this.subject.url}/spend/logs?request_id=${id}`, { headers: HEADERS });
      return (await rows.json()) as SpendRow[];
    };
    const rows = await eventually(read, (found) => found.length > 0);
    expect(rows).toHaveLength(1);
    return rows[0]!;
  }
}
