import type { CallResponse, ResponseFrame } from '@tollgate/bus';
import {
  toGatewayError,
  type Dialect,
  type GatewayError,
  type ResponseEnd,
  type ResponseHead,
} from '@tollgate/contracts';
import { errorBody } from '../http/error-envelope.js';
import { isStream } from './answer-headers.js';
import { AnswerStages, NOTHING, type AnswerStage } from './answer-stages.js';
import { brokenEnd } from './broken-stream.js';
import type { ClientConnection } from './client-connection.js';
import type { EventArray } from './event-array.js';

/** A decision that may come at any time: a refusal ends the call, whatever has come of it by then. */
interface Beside {
  readonly refusal: GatewayError | null;
  whenRefused(listener: () => void): void;
}

export interface AnswerHooks {
  /** The caller's: an error event is told in it. */
  readonly dialect: Dialect;
  headersOf(head: ResponseHead): Record<string, string>;
  /** Of every attempt that answers, in part at least. */
  heard(head: ResponseHead): void;
  /** The head is known: from here on the call costs. */
  started(head: ResponseHead): void;
  /** The answer is ours to write: from here on a failure cannot change its status. */
  claimed(): void;
  readonly stages: readonly AnswerStage[];
  /** Decides meanwhile whether the call may be answered. */
  readonly beside?: Beside | null;
  /** Present: streams are told as one array. */
  readonly array?: EventArray | undefined;
}

/**
 * How an answer ended. `broken`: after its head, with the client told as well as the format allows. `refused`: by a stage, with
 * nothing written; `end` is null when its rest was not waited for.
 */
export type AnswerResult =
  | { readonly kind: 'complete'; readonly end: ResponseEnd }
  | { readonly kind: 'refused'; readonly error: GatewayError; readonly end: ResponseEnd | null }
  | { readonly kind: 'client-gone' }
  | { readonly kind: 'broken'; readonly error: GatewayError };

/** Brings the frames of a call to its client. Throws as `relayAnswer` does. */
export type AnswerRelay = typeof relayAnswer;

/**
 * Writes the frames of a call to its client as they come; the next frame is taken when the client has room for it.
 * Throws the call's error when it fails before the head: nothing is written then.
 */
export async function relayAnswer(
  frames: CallResponse,
  client: ClientConnection,
  hooks: AnswerHooks,
): Promise<AnswerResult> {
  const answer = new Answer(client, hooks);
  const stages = hooks.stages.length === 0 ? null : new AnswerStages(hooks.stages);
  let end: ResponseEnd | null = null;
  hooks.beside?.whenRefused(() => frames.cancel());
  const reader = frames[Symbol.asyncIterator]();
  try {
    for (;;) {
      // What has come together is written together.
      const frame = frames.take() ?? frameOf(await reader.next());
      switch (frame.type) {
        case 'head':
          hooks.heard(frame.head);
          // Another attempt goes on where one broke off: for the client it is still the one answer.
          if (answer.begun) break;
          hooks.started(frame.head);
          stages?.begin(frame.head);
          answer.begin(frame.head, hooks.headersOf(frame.head));
          break;
        case 'data': {
          const written = answer.write(stages === null ? frame.data : await stages.see(frame.data));
          if (written !== undefined) await written;
          break;
        }
        case 'end':
          end = frame.end;
          if (stages !== null) await answer.write(await stages.end(end));
          answer.end();
          return { kind: 'complete', end };
      }
    }
  } catch (cause) {
    frames.cancel();
    if (client.gone) return { kind: 'client-gone' };
    const refusal = hooks.beside?.refusal ?? stages?.refusal;
    if (refusal && !answer.claimed) return { kind: 'refused', error: refusal, end };
    const error = refusal ?? toGatewayError(cause);
    if (!answer.begun) throw error;
    answer.fail(error);
    return { kind: 'broken', error };
  }
}

function frameOf(next: IteratorResult<ResponseFrame, unknown>): ResponseFrame {
  if (next.done !== true) return next.value;
  throw toGatewayError(new Error('The frames of a call stopped without an end'));
}

/** Node sends a head and a text that is not longer than this in one piece, which is cheaper than two; latin1 is bytes as they are. */
const ONE_PIECE_BYTES = 16 * 1024;

/** An answer that is whole in its first data frame goes out in one write, with its length. Others are chunked. */
class Answer {
  begun = false;
  claimed = false;
  private streaming = false;
  private held: Uint8Array | null = null;
  /** Of a stream: what went out last. */
  private last: Uint8Array | null = null;

  constructor(
    private readonly client: ClientConnection,
    private readonly hooks: Pick<AnswerHooks, 'dialect' | 'claimed' | 'array'>,
  ) {}

  begin(head: ResponseHead, headers: Record<string, string>): void {
    this.begun = true;
    this.streaming = isStream(head);
    this.status = head.status;
    this.headers = headers;
    const { array } = this.hooks;
    if (this.streaming && array !== undefined) this.headers['content-type'] = array.contentType;
  }

  private status = 200;
  private headers: Record<string, string> = {};

  write(data: Uint8Array): Promise<void> | undefined {
    if (data.byteLength === 0) return undefined;
    if (!this.streaming && this.held === null && !this.client.raw.headersSent) {
      this.held = data;
      return undefined;
    }
    this.sendHead();
    if (this.streaming) this.last = data;
    const { array } = this.hooks;
    return this.client.write(this.streaming && array !== undefined ? array.push(data) : data);
  }

  end(): void {
    const { raw } = this.client;
    if (raw.headersSent || this.streaming) {
      this.sendHead();
      raw.end(this.streaming ? this.hooks.array?.end() : undefined);
      return;
    }
    const body = this.held ?? NOTHING;
    this.claim();
    this.headers['content-length'] = String(body.byteLength);
    raw.writeHead(this.status, this.headers);
    if (body.byteLength > ONE_PIECE_BYTES) raw.end(body);
    else raw.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'), 'latin1');
  }

  /** A stream ends in an error event and without `[DONE]`; anything else in a cut connection: never in a clean end. */
  fail(error: GatewayError): void {
    const { raw } = this.client;
    this.claim();
    if (!this.streaming) {
      raw.destroy();
      return;
    }
    this.sendHead();
    const { array, dialect } = this.hooks;
    raw.end(
      array === undefined
        ? brokenEnd(error, dialect, this.last)
        : array.brokenEnd(errorBody(error, dialect, null)),
    );
  }

  private sendHead(): void {
    const { raw } = this.client;
    if (raw.headersSent) return;
    this.claim();
    raw.writeHead(this.status, this.headers);
    if (this.held !== null) raw.write(this.held);
    this.held = null;
  }

  private claim(): void {
    if (this.claimed) return;
    this.claimed = true;
    this.hooks.claimed();
  }
}
