import { takeCalls } from './calls.js';
import { PresentScopes, type ImportContext } from './context.js';
import { takeCorrections } from './corrections.js';
import { takeEntries } from './entries.js';
import { takeKeys } from './keys.js';
import { takeMembers } from './members.js';
import { takeModels } from './models.js';
import { ImportReport } from './report.js';
import { reportUntaken } from './untaken-tables.js';
import { textOf } from './values.js';

export type ImportSetup = Omit<ImportContext, 'report' | 'budgets' | 'present'>;

/**
 * Takes what there is in a LiteLLM database. Safe to repeat, and after a break-off: what is here is left as it is, whoever changed it
 * since, and what is new is taken.
 */
export async function importLiteLlm(setup: ImportSetup): Promise<ImportReport> {
  const { source, progress, dryRun } = setup;
  const report = new ImportReport();
  const rows = await source.all('LiteLLM_BudgetTable');
  const budgets = new Map(rows.map((row) => [textOf(row['budget_id']) ?? '', row]));
  const context: ImportContext = { ...setup, report, budgets, present: new PresentScopes() };
  try {
    await takeEntries(context);
    await takeMembers(context);
    await takeKeys(context);
    await takeModels(context);
    await takeCalls(context);
    // Without the calls in the ledger there is nothing to compare with.
    if (!dryRun) await takeCorrections(context);
    await reportUntaken(context);
  } finally {
    progress.end();
  }
  return report;
}
