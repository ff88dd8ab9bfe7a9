import { GatewayError } from '@tollgate/contracts';

const MS = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

const DURATION = /^(\d{1,6})(s|m|h|d|w|mo)$/;

/** LiteLLM's way to say never. */
const NEVER = '-1';

/**
 * The end of a life such as "30s", "30m", "30h", "30d", "1w" or "1mo" (a calendar month), in epoch milliseconds.
 * null: never.
 */
export function expiryOf(duration: string | null, now: number, param = 'duration'): number | null {
  if (duration === null || duration === NEVER) return null;
  const [, digits, unit] = DURATION.exec(duration.trim()) ?? [];
  const amount = Number(digits);
  if (unit === undefined || amount === 0)
    throw new GatewayError('invalid_request', `'${param}' must be like "30s", "30m", "30h", "30d" or "1mo"`, {
      param,
    });
  return unit === 'mo' ? monthsLater(now, amount) : now + amount * MS[unit as keyof typeof MS];
}

/** The same day and time; the last day of a shorter month. */
function monthsLater(now: number, months: number): number {
  const date = new Date(now);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}
