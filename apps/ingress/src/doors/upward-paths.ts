import { GatewayError } from '@tollgate/contracts';

/** How often a path may be encoded, for all that servers behind a provider's decode. */
const MAX_DECODINGS = 3;

/**
 * Refuses a path with a segment that leads upwards, however it is written: whoever may call an API below one path must not reach
 * what is beside it with the gateway's credential. Throws `invalid_request`.
 */
export function checkPath(path: string): void {
  if (readingsOf(path).some((text) => text.split(/[/\\]/).some(isUpward)))
    throw new GatewayError('invalid_request', "The path must have no segments '.' and '..'");
}

/** Some servers cut parameters off a segment before they look at it. */
const isUpward = (segment: string): boolean => /^\.{1,2}$/.test(segment.split(';', 1)[0]?.trim() ?? '');

/** A path as the first server reads it, and each that decodes it once more; what the last reads comes last. */
export function readingsOf(path: string): readonly string[] {
  const readings = [path];
  for (
    let text = decoded(path);
    readings.length <= MAX_DECODINGS && text !== readings.at(-1);
    text = decoded(text)
  )
    readings.push(text);
  return readings;
}

/** What cannot be decoded stays as it is, and the rest is. */
const decoded = (text: string): string =>
  text.replace(/%([0-7][0-9a-f])/gi, (_match, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
