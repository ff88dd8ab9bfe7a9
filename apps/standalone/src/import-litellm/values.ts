import type { Row } from './source.js';

const NANOS_DIGITS = 9;

/** The empty text is LiteLLM's way to say nothing, too. */
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

export const objectOf = (value: unknown): Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};

/** Some versions keep lists as the text of their JSON. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return [];
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

export const textsOf = (value: unknown): string[] => listOf(value).flatMap((item) => textOf(item) ?? []);

/** Epoch milliseconds of a time in JSON; one without a zone is of UTC. null: there is none. */
export function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const isZoned = /(Z|[+-]\d{2}(:?\d{2})?)$/i.test(value.slice(value.indexOf('T')));
  const time = Date.parse(isZoned ? value : `${value}Z`);
  return Number.isNaN(time) ? null : time;
}

/** Nano-dollars of dollars; null: it is no amount that we can count. */
export function nanosOf(value: unknown): number | null {
  if (value === null || value === undefined) return 0;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  const nanos = Number(value.toFixed(NANOS_DIGITS).replace('.', ''));
  return Number.isSafeInteger(nanos) ? nanos : null;
}

/** A count of tokens; what is none counts as zero. */
export const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
