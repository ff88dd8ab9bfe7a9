/** Bytes that are kept as long as a stream lasts: a small buffer of the usual kind keeps a whole pool of 8 KiB alive. */
export function ownCopy(...parts: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const copy = Buffer.allocUnsafeSlow(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    copy.set(part, at);
    at += part.length;
  }
  return copy;
}
