import type { Alert, AlertType } from '@tollgate/contracts';
import { levelOf } from './alert-level.js';

/** What a person reads, before it has the form of a chat or an e-mail. */
export interface Letter {
  readonly type: AlertType;
  readonly level: string;
  readonly time: string;
  /** One line. */
  readonly subject: string;
  readonly text: string;
}

/** Alerts that a digest shows; of the others it tells how many there are. */
const MOST_SHOWN = 20;

const LONGEST_SUBJECT = 120;

/** @param alerts at least one, all of one type, the oldest first. */
export function letterOf(alerts: readonly Alert[], { timeZone, isDigest }: LetterOptions): Letter {
  const [first] = alerts;
  if (first === undefined) throw new RangeError('A letter tells of at least one alert');
  const last = alerts.at(-1) ?? first;
  if (!isDigest) {
    return {
      type: first.type,
      level: levelOf(first),
      time: timeText(first.at, timeZone),
      subject: subjectOf(first.message),
      text: first.message,
    };
  }
  const span = `${timeText(first.at, timeZone)} to ${timeText(last.at, timeZone)}`;
  const subject = `${alerts.length} ${first.type} ${alerts.length === 1 ? 'alert' : 'alerts'}`;
  return {
    type: first.type,
    level: levelOf(last),
    time: span,
    subject,
    text: `${subject}:\n${linesOf(alerts)}`,
  };
}

export interface LetterOptions {
  readonly timeZone: string;
  /** Alerts of a time told together. */
  readonly isDigest: boolean;
}

/** One line for each text, the most frequent first. */
function linesOf(alerts: readonly Alert[]): string {
  const counts = new Map<string, number>();
  for (const { message } of alerts) counts.set(message, (counts.get(message) ?? 0) + 1);
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  const shown = sorted.slice(0, MOST_SHOWN).map(([text, count]) => `${count} × ${text}`);
  const others = sorted.slice(MOST_SHOWN).reduce((sum, [, count]) => sum + count, 0);
  return [...shown, ...(others > 0 ? [`and ${others} more`] : [])].join('\n');
}

function subjectOf(message: string): string {
  const [line = ''] = message.split('\n');
  return line.length > LONGEST_SUBJECT ? `${line.slice(0, LONGEST_SUBJECT - 1)}…` : line;
}

/** `2026-10-31 14:05:00 Europe/Berlin`. */
export function timeText(at: number, timeZone: string): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return `${clock.format(at)} ${timeZone}`;
}
