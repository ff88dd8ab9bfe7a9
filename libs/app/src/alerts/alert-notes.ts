import { randomUUID } from 'node:crypto';
import type { Alert, AlertType } from '@tollgate/contracts';

/** Something that happened, to be told with what else happened of its type. */
export interface AlertNote {
  readonly type: AlertType;
  /** Notes of one key are one line, and counted. */
  readonly key: string;
  readonly text: string;
  /** Of the line; those of its first note hold. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface AlertNotesOptions {
  /** Where alerts go; must not reject. */
  readonly raise: (alert: Alert) => void;
  readonly now?: () => number;
  /** From the first note of a quiet type to its alert. Default 2 s. */
  readonly firstMs?: number;
  /** Least time between two alerts of a type. Default a minute. */
  readonly everyMs?: number;
}

const TITLES: Readonly<Partial<Record<AlertType, string>>> = {
  llm_exceptions: 'Calls failed',
  llm_too_slow: 'Answers were slow',
  llm_requests_hanging: 'Calls hang',
  cooldown_deployment: 'Deployments cool down',
  fallback_reports: 'Calls fell back',
  failed_tracking_spend: 'Spend could not be tracked',
  db_exceptions: 'The database failed',
};

/** Lines that are kept apart, and those that a message shows. */
const MOST_LINES = 100;
const MOST_SHOWN = 10;

interface Line {
  readonly note: AlertNote;
  count: number;
}

interface Page {
  readonly lines: Map<string, Line>;
  /** Notes beyond the lines that are kept apart. */
  others: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Gathers what happens in this process into an alert a minute of each type, however much it is: a storm of failures is a message with
 * numbers, not a storm of messages.
 */
export class AlertNotes {
  private readonly pages = new Map<AlertType, Page>();
  private readonly raisedAt = new Map<AlertType, number>();
  private readonly source = randomUUID();
  private readonly now: () => number;
  private sequence = 0;

  constructor(private readonly options: AlertNotesOptions) {
    this.now = options.now ?? Date.now;
  }

  note(note: AlertNote): void {
    const page = this.pages.get(note.type) ?? this.begin(note.type);
    const line = page.lines.get(note.key);
    if (line !== undefined) line.count += 1;
    else if (page.lines.size < MOST_LINES) page.lines.set(note.key, { note, count: 1 });
    else page.others += 1;
  }

  /** Raises what was gathered, now. */
  flush(): void {
    for (const type of [...this.pages.keys()]) this.raise(type);
  }

  private begin(type: AlertType): Page {
    const { firstMs = 2_000, everyMs = 60_000 } = this.options;
    const quietMs = this.now() - (this.raisedAt.get(type) ?? -Infinity);
    const timer = setTimeout(() => this.raise(type), Math.max(firstMs, everyMs - quietMs));
    const page = { lines: new Map<string, Line>(), others: 0, timer: timer.unref() };
    this.pages.set(type, page);
    return page;
  }

  private raise(type: AlertType): void {
    const page = this.pages.get(type);
    if (page === undefined) return;
    clearTimeout(page.timer);
    this.pages.delete(type);
    const at = this.now();
    this.raisedAt.set(type, at);
    this.sequence += 1;
    const lines = [...page.lines.values()].sort((left, right) => right.count - left.count);
    const count = lines.reduce((sum, line) => sum + line.count, page.others);
    this.options.raise({
      id: `${type}:${this.source}:${this.sequence}`,
      type,
      message: messageOf(type, lines, count),
      at,
      details: { count, lines: lines.map((line) => ({ count: line.count, ...line.note.details })) },
    });
  }
}

function messageOf(type: AlertType, lines: readonly Line[], count: number): string {
  const title = TITLES[type] ?? type;
  const [only] = lines;
  if (lines.length === 1 && only?.count === count)
    return `${title}: ${only.note.text}${count === 1 ? '' : ` (${count} times)`}`;
  const shown = lines.slice(0, MOST_SHOWN);
  const others = count - shown.reduce((sum, line) => sum + line.count, 0);
  return [
    `${title} ${count} times:`,
    ...shown.map((line) => `${line.count} × ${line.note.text}`),
    ...(others > 0 ? [`${others} × others`] : []),
  ].join('\n');
}
