/** Milliseconds to the microsecond: what is beyond that is noise. */
export const roundedMs = (duration: number): number => Math.round(duration * 1_000) / 1_000;
