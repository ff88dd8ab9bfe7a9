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

/** The nearest whole nano-dollars: exact for what `toDollars` gives and for any amount with nine decimals or fewer. */
export function toNanos(dollars: number): number {
  // By the decimal digits: a multiplication would round 0.0000005 times a thousand million to 499.99999999999994.
  return Number(dollars.toFixed(9).replace('.', ''));
}
