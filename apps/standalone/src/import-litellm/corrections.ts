import { isBudgetWindow, windowStart } from '@tollgate/config';
import { counterName, scopeName, type CounterParts, type ScopeKind } from '@tollgate/contracts';
import type { ImportContext } from './context.js';
import type { Row } from './source.js';
import { nanosOf, textOf, timeOf } from './values.js';

const HOUR_MS = 3_600_000;
/** LiteLLM adds up fractions of what we count in: a difference below a millionth of a dollar is none. */
const NO_DIFFERENCE = 1_000;

interface SpendTable {
  readonly table: string;
  readonly kind: ScopeKind;
  readonly idOf: (row: Row) => string | null;
}

const SPEND_TABLES: readonly SpendTable[] = [
  { table: 'LiteLLM_VerificationToken', kind: 'key', idOf: (row) => textOf(row['token']) },
  { table: 'LiteLLM_TeamTable', kind: 'team', idOf: (row) => textOf(row['team_id']) },
  { table: 'LiteLLM_UserTable', kind: 'user', idOf: (row) => textOf(row['user_id']) },
  { table: 'LiteLLM_OrganizationTable', kind: 'organization', idOf: (row) => textOf(row['organization_id']) },
  { table: 'LiteLLM_ProjectTable', kind: 'project', idOf: (row) => textOf(row['project_id']) },
  { table: 'LiteLLM_TeamMembership', kind: 'member', idOf: memberOf },
  { table: 'LiteLLM_EndUserTable', kind: 'end_user', idOf: (row) => textOf(row['user_id']) },
  { table: 'LiteLLM_TagTable', kind: 'tag', idOf: (row) => textOf(row['tag_name']) },
];

function memberOf(row: Row): string | null {
  const [teamId, userId] = [textOf(row['team_id']), textOf(row['user_id'])];
  return teamId === null || userId === null ? null : `${teamId}:${userId}`;
}

interface Correction {
  readonly counter: CounterParts;
  readonly nanos: number;
}

/**
 * Where the calls do not add up to what LiteLLM says that somebody spent (its logs are off, or were pruned), an entry for the
 * difference. What is compared is what was imported, so that spending here changes nothing and a repeat finds no difference.
 */
export async function takeCorrections(context: ImportContext): Promise<void> {
  const { source, importer, report, progress } = context;
  const before = await importer.spend.corrected();
  for (const table of SPEND_TABLES) {
    const total = await source.count(table.table);
    if (total === 0) continue;
    progress.start('corrections', total);
    const sums = new ImportedSums(context, table.kind, before);
    for await (const rows of source.pages(table.table)) {
      const corrections: Correction[] = [];
      for (const row of rows) corrections.push(...(await correctionsOf(context, table, { row, sums })));
      await importer.spend.correct(corrections);
      if (corrections.length > 0) report.taken('corrections', corrections.length);
      progress.add(rows.length);
    }
  }
}

/** What was imported of the scopes of one kind: calls, and corrections of former imports. */
class ImportedSums {
  private readonly bySince = new Map<number | null, ReadonlyMap<string, number>>();

  constructor(
    private readonly context: ImportContext,
    private readonly kind: ScopeKind,
    private readonly before: ReadonlyMap<string, number>,
  ) {}

  async of({ scope, window, start }: CounterParts): Promise<number> {
    const since = window === null ? null : start;
    const known = this.bySince.get(since) ?? (await this.context.importer.spend.taken(this.kind, since));
    this.bySince.set(since, known);
    return (known.get(scope.id) ?? 0) + (this.before.get(counterName(scopeName(scope), window, start)) ?? 0);
  }
}

async function correctionsOf(
  context: ImportContext,
  { kind, idOf }: SpendTable,
  { row, sums }: { readonly row: Row; readonly sums: ImportedSums },
): Promise<Correction[]> {
  const id = idOf(row);
  if (id === null || !context.present.has(kind, id)) return [];
  const recorded = nanosOf(row['spend']);
  if (recorded === null) {
    context.report.refused('corrections', id, 'its spend is no amount');
    return [];
  }
  const scope = { kind, id };
  const total: CounterParts = { scope, model: null, window: null, start: 0 };
  const ofTotal = recorded - (await sums.of(total));
  const running = runningWindow(context, row);
  // LiteLLM forgets at the end of a window what was spent in it.
  if (running === null) return different([{ counter: total, nanos: ofTotal }]);
  const ever = Math.max(recorded, nanosOf(row['total_spend']) ?? 0);
  const corrections = [{ counter: total, nanos: Math.max(0, ever - recorded + ofTotal) }];
  if (!running.isOver) {
    const counter: CounterParts = { scope, model: null, window: running.window, start: running.start };
    corrections.push({ counter, nanos: recorded - (await sums.of(counter)) });
  }
  return different(corrections);
}

const different = (corrections: readonly Correction[]): Correction[] =>
  corrections.filter(({ nanos }) => Math.abs(nanos) >= NO_DIFFERENCE);

interface RunningWindow {
  readonly window: string;
  readonly start: number;
  /** LiteLLM has not yet set back what was spent in the last one; or sums cannot tell its beginning. */
  readonly isOver: boolean;
}

/** The window that the spend of a row is of; null: it is of all time. */
function runningWindow({ budgets, timeZone, now }: ImportContext, row: Row): RunningWindow | null {
  const tier = budgets.get(textOf(row['budget_id']) ?? '');
  const own = textOf(row['budget_duration']) === null ? (tier ?? row) : row;
  const window = textOf(own['budget_duration']);
  if (window === null || !isBudgetWindow(window)) return null;
  const start = windowStart(window, now, timeZone);
  const resetAt = timeOf(own['budget_reset_at']) ?? Infinity;
  return { window, start, isOver: resetAt <= now || start % HOUR_MS !== 0 };
}
