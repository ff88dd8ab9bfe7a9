import { LIMIT_HEADERS } from './limit-headers.js';

/** Header values by lower-case name, as undici hands them over. */
export type HeaderValues = Readonly<Record<string, string | string[] | undefined>>;

const MAX_WAIT_MS = 24 * 60 * 60 * 1000;

/** The one value of a header; of a repeated one the first. */
export function headerValue(headers: HeaderValues, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;

/** `6m0s`, `2m59.56s`, `20ms` as OpenAI and Groq write them. */
function durationMs(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (parts === null || text === '') return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = parts
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}

/** A plain number is seconds, or an epoch time in seconds or milliseconds when it is too large for a wait. */
function numberMs(value: number, now: number): number {
  if (value >= 1e12) return value - now;
  return value >= 1e9 ? value * 1000 - now : value * 1000;
}

/** Milliseconds until a header's time, which is a number, a duration or a date; undefined when it is none of them. */
export function waitMs(text: string | undefined, now: number): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  if (Number.isFinite(value)) return numberMs(value, now);
  const duration = durationMs(trimmed);
  if (duration !== undefined) return duration;
  const date = Date.parse(trimmed);
  return Number.isNaN(date) ? undefined : date - now;
}

function exhaustedMs(headers: HeaderValues, now: number): number | undefined {
  const waits = LIMIT_HEADERS.filter(({ remaining }) => Number(headerValue(headers, remaining) ?? 1) <= 0)
    .map(({ reset }) => waitMs(headerValue(headers, reset), now))
    .filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/**
 * How long the provider asks to be left alone, in milliseconds: `retry-after-ms`, `retry-after` (seconds or a date), else the
 * reset of the limit that is exhausted. undefined: it did not say.
 */
export function retryAfterMs(headers: HeaderValues, now: number): number | undefined {
  const exact = Number(headerValue(headers, 'retry-after-ms') ?? NaN);
  const wait = Number.isFinite(exact)
    ? exact
    : (waitMs(headerValue(headers, 'retry-after'), now) ?? exhaustedMs(headers, now));
  return wait === undefined ? undefined : Math.min(Math.max(Math.round(wait), 0), MAX_WAIT_MS);
}
