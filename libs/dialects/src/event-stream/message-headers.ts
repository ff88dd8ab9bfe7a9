/** Bytes of a header's value by its type; null: two bytes tell its length. 6 and 7 are bytes and text. */
const VALUE_BYTES: readonly (number | null)[] = [0, 0, 1, 2, 4, 8, null, null, 8, 16];
const TEXT = 7;

/** The headers of a binary message that are texts; null where they cannot be read. */
export function textHeaders(bytes: Buffer): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const type = bytes[nameEnd];
    const fixed = type === undefined ? undefined : VALUE_BYTES[type];
    if (fixed === undefined) return null;
    const valueStart = nameEnd + (fixed === null ? 3 : 1);
    if (valueStart > bytes.length) return null;
    const valueEnd = valueStart + (fixed ?? bytes.readUInt16BE(valueStart - 2));
    if (valueEnd > bytes.length) return null;
    if (type === TEXT) {
      headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', valueStart, valueEnd));
    }
    at = valueEnd;
  }
  return headers;
}
