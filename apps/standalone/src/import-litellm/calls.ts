import type { UsageEvent } from '@tollgate/contracts';
import type { ImportContext } from './context.js';
import { nameOfRow } from './context.js';
import type { Row } from './source.js';
import { usageOfLog } from './usage-of-log.js';

/** LiteLLM writes calls late and not in their order; what was taken once is not taken again. */
const AGAIN_MS = 2 * 86_400_000;
/** SQLSTATE classes of data that never fits. */
const REFUSED = /^2[23]/;

/** Takes calls into the ledger. A repeat goes on where the last one ended, and takes no call twice. */
export async function takeCalls(context: ImportContext): Promise<void> {
  const { source, importer, progress, dryRun } = context;
  const until = await importer.spend.takenUntil(source.identity);
  const since = until === null ? 0 : Math.max(0, until - AGAIN_MS);
  progress.start('calls', await source.countLogs(since));
  for await (const rows of source.logs(since)) {
    const events = eventsOf(context, rows);
    await (dryRun ? countKnown(context, events) : take(context, events));
    const last = events.at(-1);
    if (!dryRun && last !== undefined) await importer.spend.setTakenUntil(source.identity, last.calledAt);
    progress.add(rows.length);
  }
}

function eventsOf({ report, now }: ImportContext, rows: readonly Row[]): UsageEvent[] {
  return rows.flatMap((row) => {
    const event = usageOfLog(row, now);
    if (typeof event !== 'string') return [event];
    report.refused('calls', nameOfRow(row, 'request_id'), event);
    return [];
  });
}

/** A call that can never be stored must not keep out those that came with it. */
async function take(context: ImportContext, events: readonly UsageEvent[]): Promise<void> {
  const { importer, report } = context;
  try {
    const { inserted, superseded, duplicate } = await importer.spend.record(events);
    if (inserted + superseded > 0) report.taken('calls', inserted + superseded);
    if (duplicate > 0) report.there('calls', duplicate);
  } catch (cause) {
    if (!isRefused(cause)) throw cause;
    const [first] = events;
    if (events.length > 1) for (const event of events) await take(context, [event]);
    else report.refused('calls', first?.responseId ?? '', cause.message);
  }
}

const isRefused = (cause: unknown): cause is Error =>
  cause instanceof Error && REFUSED.test(String((cause as { code?: unknown }).code));

async function countKnown({ importer, report }: ImportContext, events: readonly UsageEvent[]): Promise<void> {
  const known = await importer.spend.known(events.map(({ id }) => id));
  report.there('calls', known.size);
  report.taken('calls', events.length - known.size);
}
