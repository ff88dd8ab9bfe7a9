import { EventStreamDecoder, type SseEvent } from '@tollgate/dialects';
import { parse } from './checks.js';

/** The events of an Amazon event stream, decoded in one piece and in small ones: both must agree, and no byte is lost to who keeps them. */
export function eventStreamEvents(bytes: Buffer): SseEvent[] {
  const whole = new EventStreamDecoder();
  const events = [...whole.push(bytes), ...whole.flush()];
  const pieces = new EventStreamDecoder();
  const again: SseEvent[] = [];
  for (let at = 0; at < bytes.length; at += 7) again.push(...pieces.push(bytes.subarray(at, at + 7)));
  again.push(...pieces.flush());
  expect(again).toEqual(events);
  const kept = new EventStreamDecoder({ keepsMessages: true }).push(bytes);
  expect(Buffer.concat(kept.map(({ raw }) => raw)).equals(bytes)).toBe(true);
  return events;
}

/** Payloads of an Amazon event stream; what an InvokeModel stream wraps is unwrapped. */
export const eventStreamPayloads = (bytes: Buffer): unknown[] =>
  eventStreamEvents(bytes).map(({ data }) => parse(data));
