import { EventStreamDecoder, NdjsonDecoder, SseDecoder, type SseEvent } from '@tollgate/dialects';
import type { Framing } from '../endpoint.js';

/** Splits a provider's bytes into events, each with its original bytes. */
export interface FrameDecoder {
  /** Nothing of an unfinished event is held. */
  readonly isBetweenEvents: boolean;
  push(chunk: Uint8Array): SseEvent[];
  /** The end of the stream: an event that lacks its end, if there is one. */
  flush(): SseEvent[];
}

interface FrameDecoderOptions {
  readonly maxEventBytes: number;
  /** Of AWS's messages: their bytes are passed on as they are. */
  readonly keepsMessages?: boolean;
}

const FRAMINGS: Readonly<Record<Framing, new (options: FrameDecoderOptions) => FrameDecoder>> = {
  sse: SseDecoder,
  ndjson: NdjsonDecoder,
  'aws-event-stream': EventStreamDecoder,
};

export const frameDecoder = (framing: Framing, options: FrameDecoderOptions): FrameDecoder =>
  new FRAMINGS[framing](options);
