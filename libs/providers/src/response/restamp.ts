import { encodeSse, scanObject, spliceObject, type SseEvent } from '@tollgate/dialects';
import { ownCopy } from './own-copy.js';

type Edit = (payload: Uint8Array) => Uint8Array;

const bytesOf = ({ raw }: SseEvent): Buffer => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);

/** One event with its JSON payload edited; every byte around the edit is as it came. */
export function editEvent(event: SseEvent, edit: Edit): Uint8Array {
  const raw = bytesOf(event);
  const payload = Buffer.from(event.data);
  const start = raw.indexOf(payload);
  if (start < 0) return writtenAnew(event, edit(payload));
  return Buffer.concat([raw.subarray(0, start), edit(payload), raw.subarray(start + payload.length)]);
}

/** A payload that is spread over several data lines, or that is no UTF-8, has no place of its own in the bytes. */
function writtenAnew(event: SseEvent, payload: Uint8Array): Uint8Array {
  const text = Buffer.from(payload).toString();
  const isLine = bytesOf(event).toString().trimStart().startsWith('{');
  return isLine ? Buffer.from(`${text}\n`) : encodeSse(text, event.event ?? undefined);
}

/** A function that writes a model name over the payload's own. */
export function modelStamp(model: string): Edit {
  const edits = { model: JSON.stringify(model) };
  return (payload) => spliceObject(payload, edits);
}

/** Writes a model name over that of every event of one stream. */
export class EventStamp {
  private readonly value: string;
  private readonly edit: Edit;
  /** The bytes of the last event up to the end of its model's value, and what stands there instead. */
  private prefix = Buffer.alloc(0);
  private replacement = Buffer.alloc(0);

  constructor(model: string) {
    this.value = JSON.stringify(model);
    this.edit = modelStamp(model);
  }

  /** NOTE the chunks of a stream begin alike, id and model included: most need neither a search nor a scan. */
  stamp(event: SseEvent): Uint8Array {
    const raw = bytesOf(event);
    const parts: Uint8Array[] = [];
    if (this.stampAlike(raw, 0, raw.length, parts)) return Buffer.concat(parts);
    if (!this.learn(event, raw)) return editEvent(event, this.edit);
    return Buffer.concat([this.replacement, raw.subarray(this.prefix.length)]);
  }

  /** Adds the stamped bytes of an event that begins like the last one; false when it does not. */
  stampAlike(view: Buffer, start: number, end: number, parts: Uint8Array[]): boolean {
    const { prefix, replacement } = this;
    const { length } = prefix;
    if (length === 0 || end - start <= length) return false;
    if (view.compare(prefix, 0, length, start, start + length) !== 0) return false;
    parts.push(replacement, view.subarray(start + length, end));
    return true;
  }

  private learn(event: SseEvent, raw: Buffer): boolean {
    const payload = Buffer.from(event.data);
    const start = raw.indexOf(payload);
    const model = scanObject(payload).get('model');
    if (start < 0 || model === undefined) return false;
    this.prefix = ownCopy(raw.subarray(0, start + model.valueEnd));
    this.replacement = ownCopy(raw.subarray(0, start + model.valueStart), Buffer.from(this.value));
    return true;
  }
}
