import { calendarOf, DAY_MS } from './calendar.js';

const WINDOW = /^([1-9]\d{0,7})(s|m|h|d|w|mo)$/;
const DAYS_PER_WEEK = 7;
const LONGEST_MONTH = 31;
/** The epoch is a Thursday; weeks begin on Mondays. */
const FIRST_MONDAY = 4;
const LENGTH = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

type Unit = keyof typeof LENGTH | 'd' | 'w' | 'mo';

/** Whether a text is a budget window: `Ns|Nm|Nh|Nd|Nw|Nmo`. `1m` is a minute, `1mo` a month. */
export const isBudgetWindow = (text: string): boolean => WINDOW.test(text);

/**
 * When the window that holds at `at` began; both in epoch milliseconds. Windows are aligned to the calendar of the time zone, as
 * LiteLLM's are: days begin at midnight, weeks (and `7d`) on Monday, months (and `30d`) on their first day. Several days, weeks
 * or months are counted from the beginning of 1970, so that quarters (`3mo`) and years (`12mo`) are those of the calendar;
 * hours, minutes and seconds are counted from the epoch in any zone. Throws a RangeError when the text is no window or the zone
 * is not known.
 */
export function windowStart(window: string, at: number, timeZone = 'UTC'): number {
  const { count, unit } = parsed(window);
  if (unit === 's' || unit === 'm' || unit === 'h') return downTo(at, count * LENGTH[unit]);
  const calendar = calendarOf(timeZone);
  const day = calendar.dayOf(at);
  if (unit === 'mo') return calendar.startOf(firstOfMonths(day, count));
  if (unit === 'w') return calendar.startOf(downTo(day, count * DAYS_PER_WEEK, FIRST_MONDAY));
  return calendar.startOf(downTo(day, count));
}

/** When the window that holds at `at` ends, which is when the next one begins. Throws as `windowStart` does. */
export function windowEnd(window: string, at: number, timeZone = 'UTC'): number {
  const { count, unit } = parsed(window);
  const start = windowStart(window, at, timeZone);
  if (unit === 's' || unit === 'm' || unit === 'h') return start + count * LENGTH[unit];
  const longest = count * (unit === 'mo' ? LONGEST_MONTH : unit === 'w' ? DAYS_PER_WEEK : 1);
  // Half a day on is in the next window, whatever the clocks do and however short the months are.
  return windowStart(window, start + (longest + 0.5) * DAY_MS, timeZone);
}

/** With LiteLLM's special cases in the unit that they are aligned to. */
function parsed(window: string): { count: number; unit: Unit } {
  const match = WINDOW.exec(window);
  if (match === null) throw new RangeError(`${window} is no budget window`);
  const [count, unit] = [Number(match[1]), match[2] as Unit];
  if (unit === 'h' && count === 24) return { count: 1, unit: 'd' };
  if (unit === 'd' && count === 30) return { count: 1, unit: 'mo' };
  if (unit === 'd' && count % DAYS_PER_WEEK === 0) return { count: count / DAYS_PER_WEEK, unit: 'w' };
  return { count, unit };
}

const downTo = (value: number, step: number, from = 0): number =>
  from + Math.floor((value - from) / step) * step;

/** The day that begins the months, so many together, that a day is in. Days and months are counted from 1970. */
function firstOfMonths(day: number, months: number): number {
  const date = new Date(day * DAY_MS);
  const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  return Date.UTC(1970, downTo(month, months), 1) / DAY_MS;
}
