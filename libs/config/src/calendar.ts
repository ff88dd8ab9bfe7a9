export const DAY_MS = 86_400_000;
/** Clocks have been set by as much. */
const MOST_CHANGE_MS = 3 * 3_600_000;
/** Days whose beginning is remembered. */
const MAX_READY_DAYS = 256;

/** Days of a time zone, counted from 1970-01-01 there. */
export interface Calendar {
  dayOf(at: number): number;
  /** The first instant of a day. */
  startOf(day: number): number;
}

const UTC: Calendar = {
  dayOf: (at) => Math.floor(at / DAY_MS),
  startOf: (day) => day * DAY_MS,
};

const ready = new Map<string, Calendar>([['UTC', UTC]]);

/** Throws a RangeError when the zone is not known. */
export function calendarOf(timeZone: string): Calendar {
  let calendar = ready.get(timeZone);
  if (calendar === undefined) ready.set(timeZone, (calendar = new ZoneCalendar(timeZone)));
  return calendar;
}

/** Whether the platform knows a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    calendarOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Asks the platform what the clocks of the zone show; what it said of the present day is remembered. */
class ZoneCalendar implements Calendar {
  private readonly format: Intl.DateTimeFormat;
  private readonly starts = new Map<number, number>();
  private present = { day: 0, from: 0, until: 0 };

  constructor(timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  dayOf(at: number): number {
    if (at >= this.present.from && at < this.present.until) return this.present.day;
    const day = this.shownDay(at);
    this.present = { day, from: this.startOf(day), until: this.startOf(day + 1) };
    return day;
  }

  startOf(day: number): number {
    let start = this.starts.get(day);
    if (start === undefined) {
      if (this.starts.size >= MAX_READY_DAYS) this.starts.clear();
      this.starts.set(day, (start = this.findStart(day)));
    }
    return start;
  }

  /** Midnight by the clocks before and after a change near it; where neither is the first instant of the day, it is sought. */
  private findStart(day: number): number {
    const midnight = day * DAY_MS;
    const about = midnight - this.offsetAt(midnight);
    for (const near of [about - MOST_CHANGE_MS, about + MOST_CHANGE_MS]) {
      const start = midnight - this.offsetAt(near);
      if (this.shownDay(start) >= day && this.shownDay(start - 1) < day) return start;
    }
    let [before, after] = [about - DAY_MS, about + DAY_MS];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.shownDay(middle) < day) before = middle;
      else after = middle;
    }
    return after;
  }

  private shownDay(at: number): number {
    return Math.floor(this.shown(at) / DAY_MS);
  }

  /** How far the clocks are ahead of UTC. */
  private offsetAt(at: number): number {
    return this.shown(at) - Math.floor(at / 1_000) * 1_000;
  }

  /** What the clocks show, whole seconds, as if it were UTC. */
  private shown(at: number): number {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.format.formatToParts(at)) parts[type] = Number(value);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }
}
