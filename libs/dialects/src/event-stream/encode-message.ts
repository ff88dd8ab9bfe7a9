import { crc32 } from 'node:zlib';

/** A message of an AWS event stream, with headers that are texts. */
export function encodeMessage(
  headers: Readonly<Record<string, string>>,
  payload: string | Uint8Array,
): Buffer {
  const encodedHeaders = Buffer.concat(Object.entries(headers).map(header));
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(prelude.length + 4 + encodedHeaders.length + body.length + 4);
  prelude.writeUInt32BE(encodedHeaders.length, 4);
  const message = Buffer.concat([prelude, checksum(prelude), encodedHeaders, body]);
  return Buffer.concat([message, checksum(message)]);
}

function header([name, value]: readonly [string, string]): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ]);
}

function checksum(bytes: Buffer): Buffer {
  const written = Buffer.alloc(4);
  written.writeUInt32BE(crc32(bytes));
  return written;
}
