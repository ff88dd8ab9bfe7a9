const NANOS_PER_DOLLAR = 1_000_000_000;

/** Nano-dollars as a plain decimal of dollars: `1500000` is `0.0015`. Never an exponent, never a rounding error. */
export function formatDollars(nanos: number): string {
  const sign = nanos < 0 ? '-' : '';
  const digits = String(Math.abs(nanos)).padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** For JSON answers, where LiteLLM has a number. */
export const toDollars = (nanos: number): number => nanos / NANOS_PER_DOLLAR;
