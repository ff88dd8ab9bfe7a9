import { GatewayError } from '@tollgate/contracts';

/** How often a path may be encoded, for all that servers behind a provider's decode. */
const MAX_DECODINGS = 3;

/**
 * Refuses a path with a segment that leads upwards, however it is written: whoever may call an API below one path must not reach
 * what is beside it with the gateway's credential. Throws `invalid_request`.
 */
export function checkPath(path: string): void {
  let text = path;
  for (let decodings = 0; decodings <= MAX_DECODINGS; decodings += 1) {
    if (text.split(/[/\\]/).some(isUpward))
      throw new GatewayError('invalid_request', "The path must have no segments '.' and '..'");
    text = decoded(text);
  }
}

/** Some servers cut parameters off a segment before they look at it. */
const isUpward = (segment: string): boolean => /^\.{1,2}$/.test(segment.split(';', 1)[0]?.trim() ?? '');

/** A path as the last of them reads it. */
export function decodedPath(path: string): string {
  let text = path;
  for (let decodings = 0; decodings < MAX_DECODINGS; decodings += 1) text = decoded(text);
  return text;
}

/** What cannot be decoded stays as it is, and the rest is. */
const decoded = (text: string): string =>
  text.replace(/%([0-7][0-9a-f])/gi, (_match, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
