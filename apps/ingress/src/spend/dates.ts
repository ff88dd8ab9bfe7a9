import { GatewayError } from '@tollgate/contracts';

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?$/;

/** A time in epoch milliseconds, start inclusive, end exclusive. */
export interface Times {
  readonly from: number;
  readonly to: number;
}

/** A day counts whole: as an end it includes its last moment. Times without a zone are UTC. */
export function timeOf(text: string, param: string): { start: number; end: number } {
  const isDay = DATE.test(text);
  if (!isDay && !DATE_TIME.test(text))
    throw invalid(param, `'${param}' must be YYYY-MM-DD or YYYY-MM-DD HH:MM:SS`);
  const zoned = isDay || /(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`;
  const start = Date.parse(zoned.replace(' ', 'T'));
  if (Number.isNaN(start)) throw invalid(param, `'${param}' is not a date`);
  return { start, end: isDay ? start + DAY_MS : start };
}

export interface DateQuery {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
}

/** LiteLLM's words when a report must know its time. */
export function requiredTimes({ start_date, end_date }: DateQuery): Times {
  if (start_date === undefined || end_date === undefined)
    throw invalid(
      start_date === undefined ? 'start_date' : 'end_date',
      'Please provide start_date and end_date',
    );
  return between(start_date, end_date);
}

/** The last days, today's too, where nothing is said. */
export function timesOf({ start_date, end_date }: DateQuery, days: number, now = Date.now()): Times {
  const tomorrow = now - (now % DAY_MS) + DAY_MS;
  const to = end_date === undefined ? tomorrow : timeOf(end_date, 'end_date').end;
  if (start_date === undefined) return { from: to - days * DAY_MS, to };
  if (end_date === undefined) return { from: timeOf(start_date, 'start_date').start, to };
  return between(start_date, end_date);
}

function between(first: string, last: string): Times {
  const [from, to] = [timeOf(first, 'start_date'), timeOf(last, 'end_date')];
  if (to.start < from.start) throw invalid('end_date', "'end_date' must not be before 'start_date'");
  return { from: from.start, to: to.end };
}

const invalid = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param });
