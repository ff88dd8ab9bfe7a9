import type { CallResponse } from '@tollgate/bus';
import {
  toGatewayError,
  type Dialect,
  type GatewayError,
  type ResponseEnd,
  type ResponseHead,
} from '@tollgate/contracts';
import { isStream } from './answer-headers.js';
import { brokenEnd } from './broken-stream.js';
import type { ClientConnection } from './client-connection.js';

/** Sees an answer before its client does. What it returns is waited for. */
export interface AnswerWatch {
  see(data: Uint8Array): Promise<void> | undefined;
  /** The answer is whole. */
  end(): Promise<void> | undefined;
}

export interface AnswerHooks {
  /** The caller's: an error event is told in it. */
  readonly dialect: Dialect;
  headersOf(head: ResponseHead): Record<string, string>;
  /** Of every attempt that answers, in part at least. */
  heard(head: ResponseHead): void;
  /** The head is known: from here on the answer is ours to write, and a failure cannot change its status. */
  started(head: ResponseHead): void;
  readonly watch?: AnswerWatch | undefined;
}

/** How an answer ended. `broken`: after its head, with the client told as well as the format allows. */
export type AnswerResult =
  | { readonly kind: 'complete'; readonly end: ResponseEnd }
  | { readonly kind: 'client-gone' }
  | { readonly kind: 'broken'; readonly error: GatewayError };

/**
 * Writes the frames of a call to its client as they come; the next frame is taken when the client has room for it.
 * Throws the call's error when it fails before the head: nothing is written then.
 */
export async function relayAnswer(
  frames: CallResponse,
  client: ClientConnection,
  hooks: AnswerHooks,
): Promise<AnswerResult> {
  const answer = new Answer(client, hooks.dialect);
  try {
    for await (const frame of frames) {
      switch (frame.type) {
        case 'head':
          hooks.heard(frame.head);
          // Another attempt goes on where one broke off: for the client it is still the one answer.
          if (answer.begun) break;
          hooks.started(frame.head);
          answer.begin(frame.head, hooks.headersOf(frame.head));
          break;
        case 'data':
          await hooks.watch?.see(frame.data);
          await answer.write(frame.data);
          break;
        case 'end':
          await hooks.watch?.end();
          answer.end();
          return { kind: 'complete', end: frame.end };
      }
    }
    throw toGatewayError(new Error('The frames of a call stopped without an end'));
  } catch (cause) {
    if (client.gone) return { kind: 'client-gone' };
    const error = toGatewayError(cause);
    if (!answer.begun) throw error;
    answer.fail(error);
    return { kind: 'broken', error };
  }
}

/** Node sends a head and a text that is not longer than this in one piece, which is cheaper than two; latin1 is bytes as they are. */
const ONE_PIECE_BYTES = 16 * 1024;

/** An answer that is whole in its first data frame goes out in one write, with its length. Others are chunked. */
class Answer {
  begun = false;
  private streaming = false;
  private held: Uint8Array | null = null;
  /** Of a stream: what went out last. */
  private last: Uint8Array | null = null;

  constructor(
    private readonly client: ClientConnection,
    private readonly dialect: Dialect,
  ) {}

  begin(head: ResponseHead, headers: Record<string, string>): void {
    this.begun = true;
    this.streaming = isStream(head);
    this.status = head.status;
    this.headers = headers;
  }

  private status = 200;
  private headers: Record<string, string> = {};

  write(data: Uint8Array): Promise<void> | undefined {
    if (!this.streaming && this.held === null && !this.client.raw.headersSent) {
      this.held = data;
      return undefined;
    }
    this.sendHead();
    if (this.streaming) this.last = data;
    return this.client.write(data);
  }

  end(): void {
    const { raw } = this.client;
    if (raw.headersSent || this.streaming) {
      this.sendHead();
      raw.end();
      return;
    }
    const body = this.held ?? new Uint8Array();
    this.headers['content-length'] = String(body.byteLength);
    raw.writeHead(this.status, this.headers);
    if (body.byteLength > ONE_PIECE_BYTES) raw.end(body);
    else raw.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'), 'latin1');
  }

  /** A stream ends in an error event and without `[DONE]`; anything else in a cut connection: never in a clean end. */
  fail(error: GatewayError): void {
    const { raw } = this.client;
    if (!this.streaming) {
      raw.destroy();
      return;
    }
    this.sendHead();
    raw.end(brokenEnd(error, this.dialect, this.last));
  }

  private sendHead(): void {
    const { raw } = this.client;
    if (raw.headersSent) return;
    raw.writeHead(this.status, this.headers);
    if (this.held !== null) raw.write(this.held);
    this.held = null;
  }
}
