const { imul } = Math;

/** A text's 53 bits as two integers: 32 bits, and 21. */
export interface TextHash {
  readonly low: number;
  readonly high: number;
}

/**
 * Two chains of FNV-1a's kind with their own multipliers, each finished as in MurmurHash3: every bit of the text moves every
 * bit of the result. Not for secrets: whoever picks the text can pick the result.
 */
export function hashText(text: string): TextHash {
  let first = 0x811c9dc5;
  let second = 0x9e3779b9;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    first = imul(first ^ unit, 0x85ebca77);
    second = imul(second ^ unit, 0xc2b2ae3d);
  }
  return finished(first, second);
}

/** The hash of two texts together, from the hashes that each has: a few operations, however long the texts are. */
export const joinedHash = (left: TextHash, right: TextHash): TextHash =>
  finished(
    imul(left.low, 0x85ebca77) ^ imul(right.low, 0x27d4eb2f) ^ left.high,
    imul(left.high, 0xc2b2ae3d) ^ imul(right.high, 0x165667b1) ^ right.low,
  );

/** In [0, 1), evenly spread. */
export const toUnit = ({ low, high }: TextHash): number => (high * 2 ** 32 + low) / 2 ** 53;

/** A text's place in [0, 1): the same in every process, today and tomorrow. */
export const unitHash = (text: string): number => toUnit(hashText(text));

function finished(first: number, second: number): TextHash {
  const low = mixed(first ^ (second >>> 15));
  // The second half hangs on the first, so that no pair of texts that agrees in one chain agrees in both halves.
  const high = mixed(second ^ imul(low, 0x9e3779b1));
  return { low: low >>> 0, high: (high >>> 0) & 0x1fffff };
}

/** MurmurHash3's finaliser of 32 bits. */
function mixed(value: number): number {
  let bits = value ^ (value >>> 16);
  bits = imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
