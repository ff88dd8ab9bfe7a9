import { encodeSse, spliceObject, type SseEvent } from '@tollgate/dialects';

/** One event with its JSON payload edited; every byte around the edit is as it came. */
export function editEvent(event: SseEvent, edit: (payload: Uint8Array) => Uint8Array): Uint8Array {
  const raw = Buffer.from(event.raw.buffer, event.raw.byteOffset, event.raw.byteLength);
  const payload = Buffer.from(event.data);
  const start = raw.indexOf(payload);
  // A payload that is spread over several data lines has no place of its own in the bytes.
  if (start < 0) return encodeSse(Buffer.from(edit(payload)).toString(), event.event ?? undefined);
  return Buffer.concat([raw.subarray(0, start), edit(payload), raw.subarray(start + payload.length)]);
}

/** A function that writes a model name over the payload's own. */
export function modelStamp(model: string): (payload: Uint8Array) => Uint8Array {
  const edits = { model: JSON.stringify(model) };
  return (payload) => spliceObject(payload, edits);
}
