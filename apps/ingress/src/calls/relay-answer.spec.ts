import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { CallResponse, ResponseFrame } from '@tollgate/bus';
import { GatewayError } from '@tollgate/contracts';
import { data, END, HEAD, SSE_HEAD } from '../_harness.js';
import { NOTHING, type AnswerStage } from './answer-stages.js';
import { ClientConnection } from './client-connection.js';
import { relayAnswer, type AnswerResult } from './relay-answer.js';

/** A client that takes everything. */
class OpenResponse extends EventEmitter {
  headersSent = false;
  written = '';
  status: number | null = null;
  ended = false;
  destroyed = false;

  writeHead(status: number): void {
    this.headersSent = true;
    this.status = status;
  }

  write(piece: Uint8Array): boolean {
    this.written += Buffer.from(piece).toString();
    return true;
  }

  end(rest?: Uint8Array | string): void {
    if (rest !== undefined) this.written += Buffer.from(rest).toString();
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

let response: OpenResponse;
let claims: number;
beforeEach(() => {
  response = new OpenResponse();
  claims = 0;
});

async function* framesOf(head: typeof HEAD, ...pieces: string[]): AsyncGenerator<ResponseFrame> {
  yield { type: 'head', head };
  for (const piece of pieces) yield data(piece);
  yield END;
}

function relayed(
  frames: AsyncGenerator<ResponseFrame>,
  stages: readonly AnswerStage[],
): Promise<AnswerResult> {
  const answer: CallResponse = {
    cancel: () => undefined,
    take: () => null,
    [Symbol.asyncIterator]: () => frames,
  };
  const client = new ClientConnection(response as unknown as ServerResponse, () => undefined);
  return relayAnswer(answer, client, {
    dialect: 'openai-chat',
    stages,
    headersOf: () => ({}),
    heard: () => undefined,
    started: () => undefined,
    claimed: () => (claims += 1),
  });
}

/** Lets every piece go when the next one is there. */
class LateStage implements AnswerStage {
  private held = NOTHING;

  constructor(private readonly mark: string) {}

  see(piece: Uint8Array): Uint8Array {
    const passed = this.held;
    this.held = Buffer.concat([Buffer.from(this.mark), piece]);
    return passed;
  }

  end(): Promise<Uint8Array> {
    return Promise.resolve(this.held);
  }
}

const refusal = new GatewayError('invalid_request', 'No.');
const refusingAt = (count: number): AnswerStage => {
  let seen = 0;
  return {
    see: (piece) => {
      seen += 1;
      if (seen === count) throw refusal;
      return piece;
    },
    end: () => {
      if (count === 0) throw refusal;
      return NOTHING;
    },
  };
};

describe('the stages of an answer', () => {
  it('each see what the one before lets go, the end too', async () => {
    const stages = [new LateStage('a'), new LateStage('b')];
    const result = await relayed(framesOf(SSE_HEAD, '1', '2', '3'), stages);
    expect(result.kind).toBe('complete');
    expect(response).toMatchObject({ written: 'ba1ba2ba3', ended: true });
  });

  it('refuse a whole answer with nothing written, and what it cost is known', async () => {
    const result = await relayed(framesOf(HEAD, '{"a":', '1}'), [new LateStage(''), refusingAt(0)]);
    expect(result).toMatchObject({ kind: 'refused', error: refusal, end: { costNanos: 1_500_000 } });
    expect([response.status, response.written, claims]).toEqual([null, '', 0]);
  });

  it('refuse a stream that has begun with an error event', async () => {
    const result = await relayed(framesOf(SSE_HEAD, 'data: 1\n\n', 'data: 2\n\n'), [refusingAt(2)]);
    expect(result).toMatchObject({ kind: 'broken', error: refusal });
    expect(response.written).toMatch(/^data: 1\n\ndata: \{"error":\{"message":"No\."[^\n]*\n\n$/);
    expect(claims).toBe(1);
  });

  it('refuse a stream before its first byte with a status', async () => {
    const result = await relayed(framesOf(SSE_HEAD, 'data: 1\n\n'), [refusingAt(1)]);
    expect(result).toMatchObject({ kind: 'refused', end: null });
    expect(response.headersSent).toBe(false);
  });
});
