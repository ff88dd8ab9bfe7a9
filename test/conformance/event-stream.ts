import { parse } from './checks.js';

/** Length of the message, of its headers, and the checksum of both. */
const PRELUDE = 12;
const CHECKSUM = 4;

/** Payloads of an Amazon event stream; what an InvokeModel stream wraps is unwrapped. */
export function eventStreamPayloads(bytes: Buffer): unknown[] {
  const payloads: unknown[] = [];
  for (let at = 0; at + PRELUDE <= bytes.length; at += bytes.readUInt32BE(at)) {
    const end = at + bytes.readUInt32BE(at) - CHECKSUM;
    const payload = bytes.subarray(at + PRELUDE + bytes.readUInt32BE(at + 4), end);
    if (payload.length > 0) payloads.push(unwrapped(parse(payload)));
  }
  return payloads;
}

const unwrapped = (payload: Readonly<Record<string, unknown>>): unknown =>
  typeof payload['bytes'] === 'string' ? parse(Buffer.from(payload['bytes'], 'base64')) : payload;
