import type { ResponseHead } from '@tollgate/contracts';
import type { SinkFrame } from '../call/response-sink.js';
import type { Envelope } from './envelope.js';
import { FRAME, type Frame, type ReceivedFrame } from './frames.js';
import type { Address } from './wire.js';

/** A head with what the caller must know besides; that of an ordinary attempt is sent without. */
export interface Opening {
  readonly head: ResponseHead;
  /** How many attempts have yielded before this one. */
  readonly turn: number;
  /** Who wants to hear whether the head was taken. */
  readonly tell?: Address;
}

/** What a responder says, as it goes over the wire. */
export function wireFrame(
  { turn, competes, forwarder }: Envelope,
  frame: SinkFrame,
  { slot, from, sequence }: Pick<Frame, 'slot' | 'from' | 'sequence'>,
): Frame {
  switch (frame.type) {
    case 'data':
      return { type: FRAME.data, slot, from, sequence, data: frame.data };
    case 'head': {
      const { head } = frame;
      const tell = competes === true ? forwarder : undefined;
      if (tell === undefined && turn === undefined)
        return { type: FRAME.head, slot, from, sequence, json: head };
      const json: Opening = { head, turn: turn ?? 0, ...(tell !== undefined && { tell }) };
      return { type: FRAME.opening, slot, from, sequence, json };
    }
    case 'end':
      return { type: FRAME.end, slot, from, sequence, json: frame.end };
    case 'error':
      return { type: FRAME.error, slot, from, sequence, json: frame.error.toShape() };
    case 'yield':
      return { type: FRAME.yield, slot, from, sequence };
  }
}

export const isHead = ({ type }: ReceivedFrame): boolean => type === FRAME.head || type === FRAME.opening;

/** No frame follows. */
export const isLast = ({ type }: ReceivedFrame): boolean =>
  type === FRAME.end || type === FRAME.error || type === FRAME.yield;

/** The responder is of this system and of this version's contracts: a shape that differs is its bug, found in tests. */
export function openingOf(frame: ReceivedFrame): Opening {
  const json = frame.json();
  return frame.type === FRAME.opening ? (json as Opening) : { head: json as ResponseHead, turn: 0 };
}
