import { GatewayError } from '@tollgate/contracts';

/** What one side of a session says: a message, or the end. */
export type SessionRecord =
  | { readonly kind: 'text' | 'binary'; readonly data: Buffer }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string };

/** Of one message. Sound comes in pieces far smaller. */
export const MAX_SESSION_MESSAGE_BYTES = 15 * 1024 * 1024;

const KINDS = ['text', 'binary', 'close'] as const;
/** The place of the kind in `KINDS`, and the length of what follows. */
const HEAD_BYTES = 5;

/** A record as it crosses the bus, between others in a stream of bytes. A close is its code in two bytes and its reason. */
export function encodeSessionRecord(record: SessionRecord): Buffer {
  const payload = record.kind === 'close' ? closeBytes(record) : record.data;
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt8(KINDS.indexOf(record.kind), 0);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

function closeBytes({ code, reason }: Extract<SessionRecord, { kind: 'close' }>): Buffer {
  const bytes = Buffer.from(`  ${reason}`);
  bytes.writeUInt16BE(code, 0);
  return bytes;
}

/** Finds the records in a stream of bytes that may have been cut anywhere. */
export class SessionRecordDecoder {
  private parts: Uint8Array[] = [];
  private held = 0;
  /** Bytes that must be there before there is something to read. */
  private wanted = HEAD_BYTES;

  /** The records that are whole now. Throws `internal` at what no encoder has written. */
  push(bytes: Uint8Array): SessionRecord[] {
    this.parts.push(bytes);
    this.held += bytes.byteLength;
    if (this.held < this.wanted) return [];
    const records: SessionRecord[] = [];
    let rest = Buffer.concat(this.parts, this.held);
    for (;;) {
      const end = endOfRecord(rest);
      this.wanted = end ?? HEAD_BYTES;
      if (end === null || rest.length < end) break;
      records.push(recordOf(rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
    this.parts = rest.length === 0 ? [] : [rest];
    this.held = rest.length;
    return records;
  }
}

function endOfRecord(bytes: Buffer): number | null {
  if (bytes.length < HEAD_BYTES) return null;
  const length = bytes.readUInt32BE(1);
  if (length > MAX_SESSION_MESSAGE_BYTES) throw unreadable();
  return HEAD_BYTES + length;
}

function recordOf(bytes: Buffer): SessionRecord {
  const kind = KINDS[bytes.readUInt8(0)];
  const data = bytes.subarray(HEAD_BYTES);
  if (kind === undefined || (kind === 'close' && data.length < 2)) throw unreadable();
  return kind === 'close'
    ? { kind, code: data.readUInt16BE(0), reason: data.toString('utf8', 2) }
    : { kind, data };
}

const unreadable = (): GatewayError =>
  new GatewayError('internal', 'The messages of a session cannot be read');
