import { crc32 } from 'node:zlib';

const TEXT_TYPE = 7;

/** An event as AWS frames it: lengths and their checksum, headers, the payload, a checksum of it all. */
export function awsEvent(type: string, payload: object): Buffer {
  return awsMessage({ ':event-type': type, ':message-type': 'event' }, JSON.stringify(payload));
}

/** An exception in the middle of a stream; nothing follows it. */
export function awsException(type: string, message: string): Buffer {
  return awsMessage({ ':exception-type': type, ':message-type': 'exception' }, JSON.stringify({ message }));
}

/** A message with the headers and the payload given, whether that is JSON or not. */
export function awsMessage(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(
    Object.entries({ ...headers, ':content-type': 'application/json' }).map(headerOf),
  );
  const body = Buffer.from(payload);
  const lengths = Buffer.concat([number32(head.length + body.length + 16), number32(head.length)]);
  const message = Buffer.concat([lengths, number32(crc32(lengths)), head, body]);
  return Buffer.concat([message, number32(crc32(message))]);
}

function headerOf([name, value]: readonly [string, string]): Buffer {
  const bytes = Buffer.from(value);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length);
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([TEXT_TYPE]),
    size,
    bytes,
  ]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
