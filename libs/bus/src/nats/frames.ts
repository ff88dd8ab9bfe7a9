/**
 * What flows between processes besides the first message of a call. A packet is the sender's id (16 ASCII characters)
 * and any number of frames:
 * `type u8, slot u32 (receiver's), sender's slot u32, sequence u32, json length u32, data length u32, json, data`.
 */
export const FRAME = {
  // responder → caller; sequence counts head (or opening), data, end, error and yield
  head: 1,
  data: 2,
  end: 3,
  error: 4,
  /** Sequence is the next frame's: a caller that waits for an earlier one has lost it. */
  alive: 5,
  /** Asks for body chunks: `{ from, count }`. */
  pull: 6,
  /** The attempt breaks off, the caller waits for another one's head. */
  yield: 7,
  /** A head with an `Opening` around it. */
  opening: 8,
  // caller → responder
  /** `{ total }`: bytes the responder may have sent since the beginning. */
  credit: 16,
  /** Sequence is the chunk's number. */
  chunk: 17,
  /** From the forwarder too. Sequence is 1 when the caller has taken another attempt's head. */
  cancel: 18,
  // responder → forwarder
  outcome: 32,
  /** Sequence is 1 when the head went out to the caller. */
  forwardAlive: 33,
  // caller → forwarder
  /** Sequence is 1 when the caller took the attempt's head, 0 when it did not. */
  verdict: 34,
} as const;

export const PROCESS_ID_LENGTH = 16;
const HEADER_BYTES = 21;
const NOTHING = new Uint8Array(0);

export interface Frame {
  readonly type: number;
  /** Whom it is for, among the receiver's calls. */
  readonly slot: number;
  /** Which of the sender's calls it is from. */
  readonly from: number;
  readonly sequence: number;
  readonly json?: unknown;
  readonly data?: Uint8Array;
}

export interface ReceivedFrame {
  readonly type: number;
  readonly sender: string;
  readonly slot: number;
  readonly from: number;
  readonly sequence: number;
  readonly data: Buffer;
  json(): unknown;
}

/** A frame as the parts to send; `data` stays where it is. */
export function encodeFrame(frame: Frame): Uint8Array[] {
  const json = frame.json === undefined ? '' : JSON.stringify(frame.json);
  const data = frame.data ?? NOTHING;
  const jsonBytes = Buffer.byteLength(json);
  const start = Buffer.allocUnsafe(HEADER_BYTES + jsonBytes);
  start[0] = frame.type;
  start.writeUInt32LE(frame.slot, 1);
  start.writeUInt32LE(frame.from, 5);
  start.writeUInt32LE(frame.sequence, 9);
  start.writeUInt32LE(jsonBytes, 13);
  start.writeUInt32LE(data.length, 17);
  start.write(json, HEADER_BYTES);
  return data.length === 0 ? [start] : [start, data];
}

/** The frames of a packet in order. Throws a RangeError when the packet is not whole. */
export function* decodePacket(bytes: Uint8Array): Generator<ReceivedFrame> {
  const packet = asBuffer(bytes);
  const sender = packet.toString('latin1', 0, PROCESS_ID_LENGTH);
  for (let at = PROCESS_ID_LENGTH; at < packet.length;) {
    const jsonStart = at + HEADER_BYTES;
    const dataStart = jsonStart + packet.readUInt32LE(at + 13);
    const end = dataStart + packet.readUInt32LE(at + 17);
    if (end > packet.length) throw new RangeError('a packet of frames was cut');
    yield {
      type: packet.readUInt8(at),
      sender,
      slot: packet.readUInt32LE(at + 1),
      from: packet.readUInt32LE(at + 5),
      sequence: packet.readUInt32LE(at + 9),
      data: packet.subarray(dataStart, end),
      json: (): unknown => JSON.parse(packet.toString('utf8', jsonStart, dataStart)),
    };
    at = end;
  }
}

const LENGTHS_BYTES = 8;

/** JSON and a body: the first message of a call. Several of them may be put behind one another. */
export function encodeWithBody(json: unknown, body: Uint8Array): Buffer {
  const text = JSON.stringify(json);
  const textBytes = Buffer.byteLength(text);
  const message = Buffer.allocUnsafe(LENGTHS_BYTES + textBytes + body.length);
  message.writeUInt32LE(textBytes, 0);
  message.writeUInt32LE(body.length, 4);
  message.write(text, LENGTHS_BYTES);
  message.set(body, LENGTHS_BYTES + textBytes);
  return message;
}

export interface WithBody {
  readonly body: Buffer;
  json(): unknown;
}

/** What was put behind one another. Throws a RangeError when the last is not whole. */
export function* decodeWithBodies(bytes: Uint8Array): Generator<WithBody> {
  const message = asBuffer(bytes);
  for (let at = 0; at < message.length;) {
    const textStart = at + LENGTHS_BYTES;
    const bodyStart = textStart + message.readUInt32LE(at);
    const end = bodyStart + message.readUInt32LE(at + 4);
    if (end > message.length) throw new RangeError('a call was cut');
    yield {
      body: message.subarray(bodyStart, end),
      json: (): unknown => JSON.parse(message.toString('utf8', textStart, bodyStart)),
    };
    at = end;
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
