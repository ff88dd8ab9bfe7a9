const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Longer strings (texts, base64) are left to the native search; short ones are faster byte by byte. */
const NATIVE_FROM = 48;

/** One past the closing quote of the string that opens at `start`, or -1 when it does not close. */
export function indexOfStringEnd(buffer: Buffer, start: number): number {
  let at = start + 1;
  const limit = Math.min(buffer.length, at + NATIVE_FROM);
  while (at < limit) {
    const byte = buffer[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return nativeEnd(buffer, at);
}

/** A quote closes the string unless an odd number of backslashes (counted no further back than `from`) precedes it. */
function nativeEnd(buffer: Buffer, from: number): number {
  let searchFrom = from;
  for (;;) {
    const quote = buffer.indexOf(QUOTE, searchFrom);
    if (quote < 0) return -1;
    let backslashes = 0;
    while (quote - backslashes > searchFrom && buffer[quote - backslashes - 1] === BACKSLASH)
      backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    searchFrom = quote + 1;
  }
}
